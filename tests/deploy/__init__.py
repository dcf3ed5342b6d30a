"""The back office as it is deployed: the shipped configuration, filled in for this machine, with real processes."""
