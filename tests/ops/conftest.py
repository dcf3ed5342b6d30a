"""What the tests of operating it share."""

import io
import json
import logging

import pytest

from promotions import log
from promotions.ops import views
from promotions.ops.health import Readiness


@pytest.fixture(autouse=True)
def _nobody_asked_yet(monkeypatch):
    """Answers that are given again for a while do not come from another test."""
    monkeypatch.setattr(views, "readiness", Readiness())


@pytest.fixture
def logged():
    """What has been logged since, as the objects that LOG_FORMAT=json makes of it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(log.Json())
    handler.addFilter(log.Context())
    logging.root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.root.removeHandler(handler)
