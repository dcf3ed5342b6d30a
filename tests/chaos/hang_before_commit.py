"""A worker that stops for good after it has written a batch and before it commits: `python -m … JOB`."""

import os
import signal
import sys

import django

django.setup()

from django.db import transaction  # noqa: E402

from promotions.jobs import generate, lifecycle  # noqa: E402

job = lifecycle.claim(int(sys.argv[1]))
with transaction.atomic():
    next(generate.steps(job))
    sys.stdout.write("written\n")
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGSTOP)
