"""The OpenAPI description, and that it has what the API has."""

import re

import pytest

from promotions.api import urls
from promotions.api.views.unknown import Unknown

METHODS = ("get", "post", "put", "delete", "patch")


@pytest.fixture
def schema(client):
    answer = client.get("/schema/")
    assert answer.status_code == 200
    return answer.json()


def routes():
    """Every method of every route, as the description writes it."""
    for pattern in urls.urlpatterns:
        view = pattern.callback.cls
        if view is not Unknown:
            path = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", str(pattern.pattern)).strip("^").removesuffix("/?$")
            yield from ((method, f"/{path.removesuffix('$')}") for method in METHODS if hasattr(view, method))


def test_every_route_is_described_and_nothing_else(schema):
    described = {(method, path) for path, operations in schema["paths"].items() for method in operations}
    assert described == set(routes())


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(schema):
    operations = [one for operations in schema["paths"].values() for one in operations.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert "cancelJob" in names
    assert all(operation["summary"] and operation["tags"] for operation in operations)


def test_what_needs_a_token_says_which_scope(schema):
    cancel = schema["paths"]["/v2/promotions/{promotion_id}/jobs/{job_id}/cancel"]["post"]
    assert cancel["security"] == [{"oauth2": ["write"]}]
    assert "security" not in schema["paths"]["/oauth/access_token"]["post"]
    assert schema["openapi"].startswith("3.1")


def test_the_description_comes_as_json_whatever_accept_says_and_as_yaml_when_asked_for(client):
    answer = client.get("/schema/", headers={"Accept": "text/html"})
    assert answer.headers["Content-Type"] == "application/json"
    assert client.get("/schema/?format=yaml").content.startswith(b"openapi: 3.1")


def test_the_documentation_has_no_script_inside_the_page_and_no_other_host(client):
    page = client.get("/docs/").content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", page)
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", page)
