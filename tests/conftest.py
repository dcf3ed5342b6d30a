"""What every test may use."""

from urllib.parse import urlencode

import hypothesis
import pytest
from django.core.cache import cache
from oauth2_provider.generators import generate_client_secret
from rest_framework.test import APIClient

from promotions.jobs import runner
from tests.factories import ApiClientFactory
from tests.processes import Process

# A busy machine is no reason for a test to fail; how long things take is for the benchmarks.
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")


@pytest.fixture(autouse=True)
def _nobody_asked_to_stop():
    runner.stop_requested.clear()
    yield
    runner.stop_requested.clear()


@pytest.fixture(autouse=True)
def _nobody_was_counted_yet():
    """The limits hold in the tests, too; what other tests have asked for does not count."""
    cache.clear()


@pytest.fixture
def api_client_secret(db):
    """An API client that may read and write, as (ApiClient, its secret)."""
    secret = generate_client_secret()
    return ApiClientFactory(name="The shop", client_secret=secret), secret


@pytest.fixture
def get_token(api_client_secret):
    """Asks for a token like a client does; `get_token("read")` for one that may only read."""

    def ask(scope=""):
        client, secret = api_client_secret
        form = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": secret}
        body = urlencode(form | ({"scope": scope} if scope else {}))
        answer = APIClient().post("/oauth/access_token", body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 200, answer.content
        return answer.json()["access_token"]

    return ask


@pytest.fixture
def api(get_token):
    """A client of the API with a good token; it speaks JSON."""
    client = APIClient()
    client.default_format = "json"
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {get_token()}")
    return client


@pytest.fixture
def own_files(settings, tmp_path):
    """A folder of its own for what the test stores, in which no other has left anything. Processes do not know it."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def start(transactional_db):
    """Starts a Python program as a process of its own; all end with the test."""
    processes = []

    def begin(*arguments, **settings):
        processes.append(Process(*arguments, **settings))
        return processes[-1]

    yield begin
    for process in processes:
        process.end()


@pytest.fixture
def start_worker(start):
    """Starts a real worker, which sweeps more often than it would unless told otherwise."""
    return lambda **settings: start("manage.py", "run_worker", "--interval", "0.1", **settings)
