"""Whatever a client of the API writes into a filter, a date, a code or an address: an answer in JSON, and never a fault
of ours."""

import json
from datetime import datetime
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from promotions.api.filters import OPERATORS, read_moment, read_number
from promotions.api.promotion_search import FIELDS, SEARCH_FIELDS
from promotions.api.serializers.fields import moment_of
from promotions.models import PromotionCode
from tests.factories import JobFactory, PromotionFactory, UsageFactory
from tests.security.page import HOSTILE, TEXTS, form

pytestmark = pytest.mark.django_db

# The database is put back after all examples together; what one leaves only makes the next lists fuller.
few = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])

JSON = "application/json"
DATES = st.text("0123456789-:.TZ+ ", max_size=30) | st.datetimes().map(str) | st.dates().map(str) | HOSTILE


def read(answer):
    """The answer's JSON, which must be there, and no fault of ours."""
    assert answer.status_code < 500, answer.content
    assert answer.headers["Content-Type"] == JSON
    return answer.json()


def send(api, method, path, body):
    """Sends the body as JSON, in which a surrogate stands as its escape."""
    return api.generic(method, path, json.dumps(body), content_type=JSON)


@few
@given(DATES)
def test_any_text_is_a_moment_or_none(text):
    for reader in (moment_of, read_moment):
        try:
            moment = reader(text)
        except ValueError:
            continue
        assert isinstance(moment, datetime)
        assert moment.tzinfo is not None


@few
@given(st.text("0123456789-+. _\u0661", max_size=30) | HOSTILE)
def test_any_text_is_a_number_that_a_database_can_hold_or_none(text):
    try:
        number = read_number(text)
    except ValueError:
        return
    assert 0 <= number < 2**63
    assert text.isascii()


@few
@given(st.sampled_from(OPERATORS), st.sampled_from(sorted(FIELDS | SEARCH_FIELDS)), HOSTILE | DATES, st.booleans())
def test_promotions_are_searched_for_anything(api, operator, field, value, quoted):
    UsageFactory()
    written = json.dumps(value, ensure_ascii=False) if quoted else value
    address = "/v2/promotions?" + form({"filter": f"{operator}({field},{written})"})
    read(api.get(address, headers={"EP-Public-Search-Type": "cm_search"}))


@few
@given(st.data())
def test_jobs_codes_and_usages_are_filtered_by_anything(api, data):
    usage = UsageFactory()
    JobFactory(promotion=usage.promotion)
    fields = {"jobs": ["job_type", "status"], "codes": ["code"], "usages": ["id", "code", "used_on"]}
    for what, names in fields.items():
        operator, name = data.draw(st.sampled_from(OPERATORS)), data.draw(st.sampled_from(names))
        query = {"filter": f"{operator}({name},{data.draw(HOSTILE | DATES)})", "sort": data.draw(HOSTILE)}
        read(api.get(f"/v2/promotions/{usage.promotion.uuid}/{what}?{form(query)}"))


@few
@given(st.lists(HOSTILE, min_size=1, max_size=3, unique=True), HOSTILE)
def test_codes_of_any_text_are_refused_or_there_as_they_were_sent(api, texts, user):
    PromotionCode.objects.all().delete()
    promotion = PromotionFactory()
    url = f"/v2/promotions/{promotion.uuid}/codes"
    codes = [{"code": text, "user": user} for text in texts]
    answer = send(api, "POST", url, {"type": "promotion_codes", "codes": codes})
    read(answer)
    assert answer.status_code in (201, 400)
    listed = [code["code"] for code in read(api.get(url))["data"]]
    assert listed == ([] if answer.status_code == 400 else [text.strip() for text in texts])
    for text in listed:
        assert not text.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert api.delete(f"{url}/{quote(text, safe='')}").status_code == 204


@few
@given(HOSTILE, HOSTILE, st.integers() | HOSTILE)
def test_jobs_are_started_with_anything(api, name, prefix, number):
    url = f"/v2/promotions/{PromotionFactory().uuid}/jobs"
    parameters = {"number_of_codes": number, "code_prefix": prefix, "code_length": number, "consume_unit": name}
    job = {"type": "promotion_job", "job_type": "code_generate", "name": name}
    read(send(api, "POST", url, job | {"parameters": parameters}))
    read(send(api, "POST", url, job | {"parameters": {"number_of_codes": 5, "code_prefix": prefix}}))


@few
@given(HOSTILE, HOSTILE, DATES)
def test_promotions_are_made_of_anything(api, name, target, start):
    schema = {"x": 3, "y": 2, "targets": [target], target: name}
    wish = {"type": "promotion", "name": name, "description": target, "enabled": True, "promotion_type": "x_for_y"}
    made = read(send(api, "POST", "/v2/promotions", wish | {"schema": schema, "start": start, "end": "2999-01-01"}))
    assert "errors" in made
    schema.pop(target, None)
    read(send(api, "POST", "/v2/promotions", wish | {"schema": schema, "start": "2026-01-01", "end": "2026-02-01"}))
    read(api.get("/v2/promotions"))


@few
@given(HOSTILE, HOSTILE, st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=300))
def test_anything_is_redeemed_by_anybody(api, code, customer, key):
    order = {"code": code, "order_id": customer, "customer_id": customer, "customer_email": code}
    answer = api.generic(
        "POST", "/v2/promotions/codes/redeem", json.dumps(order), content_type=JSON, headers={"Idempotency-Key": key}
    )
    read(answer)
    assert answer.status_code in (400, 404, 422, 429)


@pytest.mark.parametrize("hostile", TEXTS, ids=range(len(TEXTS)))
def test_any_address_is_answered(api, hostile):
    written = quote(hostile, safe="", errors="surrogatepass")
    promotion = PromotionFactory()
    for path in (
        written,
        f"promotions/{written}",
        f"promotions/{promotion.uuid}/jobs/{written}",
        f"promotions/{promotion.uuid}/jobs/{written}/cancel",
        f"promotions/{promotion.uuid}/codes/{written}",
        f"promotions/{promotion.uuid}/codes/{written}/usages",
        f"promotions/usages/{written}/reverse",
    ):
        for method in ("GET", "POST", "DELETE"):
            read(api.generic(method, f"/v2/{path}"))
    read(api.get(f"/files/{written}?{form({'Expires': hostile, 'Signature': hostile})}"))


@pytest.mark.parametrize("hostile", TEXTS, ids=range(len(TEXTS)))
def test_any_credentials_are_refused(hostile):
    fields = {"grant_type": "client_credentials", "client_id": hostile, "client_secret": hostile, "scope": hostile}
    for body, content_type in ((form(fields), "application/x-www-form-urlencoded"), (json.dumps(fields), JSON)):
        answer = APIClient().generic("POST", "/oauth/access_token", body, content_type=content_type)
        read(answer)
        assert answer.status_code in (400, 401)
    token = hostile.encode("utf-8", "surrogatepass").decode("latin-1").replace("\r", "").replace("\n", "")
    assert APIClient().get("/v2/promotions", headers={"Authorization": f"Bearer {token}"}).status_code == 401
