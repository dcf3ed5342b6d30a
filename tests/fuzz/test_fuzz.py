"""The API, called as its schema says and as it forbids, answers as the schema says."""

import pytest

from tests.fuzz import description
from tests.fuzz.checks import good_requests_are_refused_only_for_what_no_schema_can_say

pytestmark = pytest.mark.django_db(transaction=True)

schema = description.load()


@schema.parametrize()
def test_every_operation_answers_as_its_schema_says(case, world, live_server, token):
    if case.operation.method != "get":
        world.restore()
    headers = {"Authorization": f"Bearer {token}"}
    response = case.call(base_url=live_server.url, headers=headers)
    # The test server reads no address of more than 64 KB: the API is not asked.
    if response.status_code != 414:
        case.validate_response(
            response,
            headers=headers,
            transport_kwargs={"base_url": live_server.url},
            additional_checks=[good_requests_are_refused_only_for_what_no_schema_can_say],
        )
