"""A shop on which the API is tried."""

import pytest
from django.core.files.storage import default_storage

from tests.fuzz.world import FILE, World


@pytest.fixture
def world(transactional_db):
    yield World()
    default_storage.delete(FILE)


@pytest.fixture
def token(world, get_token):
    return get_token()
