"""The API, called as its schema says and as it forbids, answers as the schema says."""

from urllib.parse import urlencode

import pytest
from hypothesis import assume

from tests.fuzz import description
from tests.fuzz.checks import good_requests_are_refused_only_for_what_no_schema_can_say

pytestmark = pytest.mark.django_db(transaction=True)

schema = description.load()

LONGEST_URL = 30_000


@schema.parametrize()
def test_every_operation_answers_as_its_schema_says(case, world, live_server, token):
    # The test's own server, like any, refuses longer ones before the API sees them.
    assume(len(case.as_transport_kwargs(base_url=live_server.url)["url"]) < LONGEST_URL)
    assume(len(urlencode(case.query or {}, doseq=True)) < LONGEST_URL)
    world.restore()
    case.call_and_validate(
        base_url=live_server.url,
        headers={"Authorization": f"Bearer {token}"},
        additional_checks=[good_requests_are_refused_only_for_what_no_schema_can_say],
    )
