"""Two web and three worker hosts against one PostgreSQL and one storage that speaks S3, behind one nginx.

    python -m tests.deploy.many_hosts [--codes N] [--seconds N] [--hurry] [--json FILE]

Each host is a network namespace of this machine with a cable of its own and a folder of its own; what they share goes
over TCP. First one large job is followed while the hosts that are at it fail; then, for `--seconds`, hosts fail at
random while clients create, cancel, export and redeem. In the end everything must be exact (tests.chaos.storm.verdict);
the exit status is 1 when something is not. Needs root on Linux, nginx and the PostgreSQL of the wheel.
"""
