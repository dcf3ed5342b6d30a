"""Whatever somebody writes into a form, a search or an address of the admin: no fault of ours, and never a part of a
page."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promotions.admin.schema_fields import FIELDS
from promotions.models import Job, PromotionType
from promotions.states import Status
from tests.admin.test_promotion_form import COMMON, WHOLE
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory, UserFactory
from tests.security.page import FORM, HOSTILE, MARKER, TEXTS, Found, assert_harmless, form

pytestmark = pytest.mark.django_db

# The database is put back after all examples together; what one leaves only makes the next pages fuller.
few = settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])

JOB = {
    "name": "Job",
    "number_of_codes": "5",
    "max_uses_per_code": "1",
    "consume_unit": "per_cart",
    "code_length": "10",
    "code_prefix": "A-",
}
USER = {
    "username": "bob",
    "password1": "a long enough one",
    "password2": "a long enough one",
    "usable_password": "true",
}


@st.composite
def sent(draw, good):
    """A form in which some of the good values are hostile."""
    bad = draw(st.sets(st.sampled_from(sorted(good)), min_size=1))
    return good | {name: draw(HOSTILE) for name in sorted(bad)}


def post(client, url, fields):
    answer = client.post(url, form(fields), content_type=FORM)
    assert_harmless(answer)
    return answer


def look_at(client, *urls):
    for url in urls:
        answer = client.get(url)
        assert answer.status_code == 200
        assert_harmless(answer)


@pytest.mark.parametrize("promotion_type", PromotionType.values)
@few
@given(st.data())
def test_the_form_of_a_promotion(admin_client, promotion_type, data):
    good = COMMON | dict.fromkeys((field.name for field in FIELDS[promotion_type].all()), "") | WHOLE[promotion_type][1]
    post(admin_client, f"/admin/promotions/promotion/add/?promotion_type={promotion_type}", data.draw(sent(good)))
    look_at(admin_client, "/admin/promotions/promotion/", "/admin/")


@few
@given(data=st.data())
def test_changing_a_promotion(admin_client, data):
    promotion = PromotionFactory()
    url = f"/admin/promotions/promotion/{promotion.pk}"
    post(admin_client, f"{url}/change/", data.draw(sent(COMMON | {"currencies": "10.50 USD", "target_catalogs": "C"})))
    look_at(admin_client, f"{url}/change/", f"{url}/history/", f"{url}/delete/")


@few
@given(data=st.data())
def test_the_form_of_a_job(admin_client, data):
    promotion = PromotionFactory()
    answer = post(admin_client, "/admin/promotions/job/add/", data.draw(sent(JOB | {"promotion": str(promotion.pk)})))
    look_at(admin_client, "/admin/promotions/job/", f"/admin/promotions/promotion/{promotion.pk}/change/")
    if answer.status_code == 302:
        job = Job.objects.get(promotion=promotion)
        look_at(admin_client, f"/admin/promotions/job/{job.pk}/change/", f"/admin/promotions/job/{job.pk}/cancel/")


@few
@given(data=st.data())
def test_the_forms_of_staff_groups_and_clients(admin_client, api_client_secret, data):
    client, _ = api_client_secret
    post(admin_client, "/admin/auth/user/add/", data.draw(sent(USER)))
    post(admin_client, "/admin/auth/group/add/", data.draw(sent({"name": "g", "permissions": "1"})))
    url = f"/admin/promotions/apiclient/{client.pk}"
    post(admin_client, f"{url}/change/", data.draw(sent({"name": "The shop", "access": "read"})))
    look_at(admin_client, "/admin/auth/user/", "/admin/auth/group/", f"{url}/change/", f"{url}/delete/")


@few
@given(reason=HOSTILE, back=HOSTILE)
def test_cancelling_with_a_reason_for_both_doors(admin_client, reason, back):
    one, other = JobFactory(name=f"a{MARKER}", status=Status.PENDING), JobFactory(status=Status.PENDING)
    fields = {"reason": reason, "post": "yes", "action": "cancel_selected", "_selected_action": other.pk}
    post(admin_client, f"/admin/promotions/job/{one.pk}/cancel/", fields)
    address = form({"q": back})
    post(admin_client, f"/admin/promotions/job/?{address}", fields)
    look_at(admin_client, "/admin/promotions/job/", f"/admin/promotions/job/{one.pk}/change/")


@few
@given(username=HOSTILE, password=HOSTILE, after=HOSTILE)
def test_the_login(client, username, password, after):
    post(client, "/admin/login/?" + form({"next": after}), {"username": username, "password": password, "next": after})


def test_nobody_is_led_away_by_the_login(client):
    ann = UserFactory(username="ann")
    ann.set_password("correct horse")
    ann.save()
    for after in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:xss()", "\r\nX: y"):
        client.logout()
        answer = post(client, "/admin/login/", {"username": "ann", "password": "correct horse", "next": after})
        assert answer.headers["Location"] == "/admin/"


LISTS = {
    "promotion": ["q", "o", "p", "enabled__exact", "promotion_type__exact", "name", "uuid", "start__gte"],
    "job": ["q", "o", "p", "status__exact", "job_type__exact", "name", "uuid", "promotion__id__exact", "created_at"],
    "promotioncode": [
        "q",
        "o",
        "p",
        "promotion__id__exact",
        "promotion",
        "code",
        "job",
        "uses__gt",
        "created_at__year",
    ],
}


@pytest.mark.parametrize("model", LISTS)
@pytest.mark.parametrize("hostile", TEXTS, ids=range(len(TEXTS)))
def test_searching_sorting_and_filtering_lists(admin_client, model, hostile):
    PromotionCodeFactory()
    JobFactory()
    for name in LISTS[model]:
        assert_harmless(admin_client.get(f"/admin/promotions/{model}/?{form({name: hostile})}"))
    assert_harmless(admin_client.get(f"/admin/promotions/{model}/?{form({hostile: 'x', hostile + '__in': hostile})}"))


@pytest.mark.parametrize("hostile", TEXTS, ids=range(len(TEXTS)))
def test_addresses(admin_client, hostile):
    written = quote(hostile, safe="", errors="surrogatepass")
    for model in ("promotion", "job", "promotioncode", "apiclient"):
        for door in ("change", "delete", "history"):
            assert_harmless(admin_client.get(f"/admin/promotions/{model}/{written}/{door}/"))
    assert_harmless(admin_client.get(f"/admin/promotions/job/{written}/cancel/"))
    assert_harmless(admin_client.get(f"/admin/promotions/job/add/?{form({'promotion': hostile, 'name': hostile})}"))
    assert_harmless(admin_client.get(f"/admin/search/?{form({'s': hostile, 'extended': '1', 'page': hostile})}"))
    assert_harmless(admin_client.get(f"/admin/{written}"))


@pytest.mark.parametrize("hostile", TEXTS, ids=range(len(TEXTS)))
def test_looking_for_a_promotion_in_a_form(admin_client, hostile):
    PromotionFactory(name=f"Summer {MARKER}")
    of = {"app_label": "promotions", "model_name": "job", "field_name": "promotion"}
    for name in ("term", "page", "app_label", "model_name", "field_name"):
        answer = admin_client.get(f"/admin/autocomplete/?{form(of | {name: hostile})}")
        assert_harmless(answer)


@pytest.mark.parametrize("hostile", TEXTS, ids=range(len(TEXTS)))
def test_actions(admin_client, hostile):
    job = JobFactory(status=Status.PENDING)
    for fields in (
        {"action": hostile, "_selected_action": job.pk},
        {"action": "cancel_selected", "_selected_action": hostile, "post": "yes"},
        {"action": "cancel_selected", "_selected_action": job.pk, "select_across": hostile, "index": hostile},
    ):
        post(admin_client, "/admin/promotions/job/", fields)
    job.refresh_from_db()
    assert job.status == "pending"


def test_what_is_stored_is_shown_as_text_on_every_page(admin_client):
    """What came in by the API, or before a rule was made."""
    promotion = PromotionFactory(name=MARKER, description=MARKER, created_by=MARKER, updated_by=MARKER)
    job = JobFactory(
        promotion=promotion,
        name=MARKER,
        status=Status.FAILED,
        error=MARKER,
        created_by=MARKER,
        cancelled_by=MARKER,
        cancel_reason=MARKER,
        code_prefix=MARKER,
    )
    code = PromotionCodeFactory(promotion=promotion, code=MARKER, user=MARKER, created_by=MARKER)
    look_at(
        admin_client,
        "/admin/promotions/promotion/",
        f"/admin/promotions/promotion/{promotion.pk}/change/",
        f"/admin/promotions/promotion/{promotion.pk}/delete/",
        "/admin/promotions/job/",
        f"/admin/promotions/job/{job.pk}/change/",
        f"/admin/promotions/job/{job.pk}/cancel/",
        "/admin/promotions/promotioncode/",
        f"/admin/promotions/promotioncode/{code.pk}/change/",
    )


def test_a_hostile_text_that_is_not_escaped_would_be_found():
    """A test that cannot fail shows nothing."""
    assert Found(f"<p>{MARKER}</p>").hostile
    assert Found(f"<input value='{MARKER}'>").hostile
    assert Found(f'<a href="{MARKER}">').hostile
    assert Found(f"<textarea>{MARKER}</textarea>").hostile
