"""How fast it is: each module measures, on a database of its own, and prints what it found."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ.setdefault("PROMOTIONS_MAX_CODES", "100000000")

import django

django.setup()
