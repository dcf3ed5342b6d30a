"""A shop in bad weather: web, workers and database are treated badly while clients create, cancel and redeem at random.

    python -m tests.chaos.storm [--seconds 12] [--seed N] [--json FILE]

Works on a database of its own beside the one of DATABASE_URL. When the weather is over, everything must have come to
its end and be exact (`verdict`); figures are printed, and the exit status is 1 when something is not.
"""
