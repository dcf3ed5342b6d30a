"""The admin in the language of its user; everything that programs read in English."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import translation

from promotions.errors import CODES_LIMIT_EXCEEDED, JobNotCancellable, job_error_in_words
from promotions.models import Promotion, PromotionCode
from promotions.states import Status
from tests.admin.pages import texts_of, world
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory, UserFactory
from tools import messages

PLACEHOLDER = re.compile(r"%\\?\(\w+\\?\)s|%s|\\?\{\w+\\?\}")
LANGUAGES = ["de", "fr"]


def in_other_words(language):
    """The English texts of the catalogue that are other ones in this language: whole ones as patterns."""
    patterns = []
    for message in messages.read(messages.po(language)):
        ids = (message.id,) if isinstance(message.id, str) else message.id
        for text, translated in zip(ids, messages.strings(message), strict=False):
            # Of texts with placeholders only the long ones tell anything.
            words = PLACEHOLDER.sub("", text).split()
            if text and text != translated and (len(words) > 2 or not PLACEHOLDER.search(text)):
                normal = re.escape(" ".join(text.split()))
                patterns.append(PLACEHOLDER.sub(".+", normal))
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


@pytest.fixture
def boss(db):
    """A client for someone who may do everything."""

    def client_of(language):
        client = Client(headers={"accept-language": language})
        user = UserFactory(username="ann", is_superuser=True)
        client.force_login(get_user_model().objects.get(pk=user.pk))
        return client

    return client_of


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_has_an_english_text_of_ours_in_another_language(boss, own_files, language):
    client, english = boss(language), in_other_words(language)
    left = set()
    for page in world():
        answer = client.get(page)
        assert answer.status_code == 200, page
        left |= {(page, text) for text in texts_of(answer) if english.fullmatch(text)}
    assert not left, "\n".join(sorted({text for _page, text in left}))


def login_page(**headers):
    return Client(headers=headers).get("/admin/login/")


@pytest.mark.parametrize(
    ("asked", "language"),
    [("de-CH,de;q=0.9", "de"), ("fr", "fr"), ("ja, *;q=0.1", "en"), ("", "en"), ("x" * 600 + ";;,", "en")],
)
def test_the_admin_speaks_the_language_of_the_browser_and_else_english(db, asked, language):
    answer = login_page(**{"accept-language": asked})
    assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}"' in answer.content.decode()
    assert {"Accept-Language", "Cookie"} <= set(answer.headers["Vary"].split(", "))


def test_a_language_that_was_chosen_is_kept_whatever_the_browser_asks_for(boss):
    client = boss("fr")
    assert "Vue d\u2019ensemble" in texts_of(client.get("/admin/"))
    answer = client.post("/admin/language/", {"language": "de"}, headers={"referer": "http://testserver/admin/"})
    assert (answer.status_code, answer.url) == (302, "http://testserver/admin/")
    cookie = answer.cookies["django_language"]
    assert (cookie["samesite"], cookie["httponly"]) == ("Lax", True)
    assert "Übersicht" in texts_of(client.get("/admin/"))


@pytest.mark.parametrize("language", ["", "xx", "../../etc/passwd", "de\x00", "d" * 5000])
def test_a_language_that_there_is_not_is_neither_set_nor_an_error(boss, language):
    client = boss("de")
    client.post("/admin/language/", {"language": language})
    client.cookies["django_language"] = language.replace("\x00", "")
    assert "Übersicht" in texts_of(client.get("/admin/"))


def test_choosing_a_language_leads_to_no_other_host(boss):
    answer = boss("de").post("/admin/language/", {"language": "fr", "next": "https://evil.example/"})
    assert answer.url == "/"


def test_the_api_speaks_english_whatever_is_asked_for(api):
    job = JobFactory(status=Status.COMPLETED)
    address = f"/v2/promotions/{job.promotion.uuid}/jobs/{job.uuid}/cancel"
    # The thread has just answered someone else in German.
    login_page(**{"accept-language": "de"})
    answer = api.post(address, headers={"accept-language": "de"})
    assert answer.json()["errors"][0]["detail"] == "Only pending or processing jobs can be cancelled"
    refused = api.post(
        "/v2/promotions", {"name": ""}, headers={"accept-language": "de", "cookie": "django_language=de"}
    )
    for one in (answer, refused, api.get("/v2/nothing", headers={"accept-language": "de"})):
        assert "Accept-Language" not in one.headers.get("Vary", "")
        assert "Content-Language" not in one.headers
    assert {error["detail"] for error in refused.json()["errors"]} >= {"description is required"}


def test_the_description_of_the_api_is_the_same_in_every_language(client, db):
    german, english = (client.get("/schema/", headers={"accept-language": asked}).content for asked in ("de", "en"))
    assert german == english
    assert b"Fixed discount" in german


def test_what_is_refused_below_the_doors_is_told_in_the_language_of_the_user(boss):
    job = JobFactory(status=Status.COMPLETED)
    page = boss("de").get(f"/admin/promotions/job/{job.pk}/cancel/").content.decode()
    assert "Nur wartende oder laufende Aufträge können abgebrochen werden." in page
    with translation.override("fr"):
        assert str(JobNotCancellable()) == "Seules les tâches en attente ou en cours peuvent être annulées"


@pytest.mark.parametrize(
    ("stored", "german"),
    [
        (CODES_LIMIT_EXCEEDED, "höchste Zahl der Codes überschritten"),
        ("given up after 5 attempts without progress", "nach 5 Versuchen ohne Fortschritt aufgegeben"),
        ("internal error: KeyError", "interner Fehler: KeyError"),
        ("something else: 100 %", "something else: 100 %"),
    ],
)
def test_the_error_of_a_job_is_stored_in_english_and_shown_in_the_language_of_the_user(stored, german):
    assert job_error_in_words(stored) == stored
    with translation.override("de"):
        assert job_error_in_words(stored) == german


FORM = {
    "name": "Sommer",
    "description": "d",
    "start_0": "01.06.2026",
    "start_1": "10:00",
    "end_0": "31.08.2026",
    "end_1": "00:00",
    "max_applications_per_cart": "0",
}
ADD = "/admin/promotions/promotion/add/?promotion_type="


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("amount", ["12,50 EUR", "12.50 EUR"])
def test_money_is_read_and_shown_as_it_is_written_in_the_language(boss, language, amount):
    client = boss(language)
    dates = {} if language == "de" else {"start_0": "01/06/2026", "end_0": "31/08/2026"}
    assert client.post(f"{ADD}fixed_discount", FORM | dates | {"currencies": amount}).status_code == 302
    promotion = Promotion.objects.get()
    assert promotion.schema == {"currencies": [{"currency": "EUR", "amount": 1250}]}
    assert f"{promotion.start:%Y-%m-%d %H:%M} {promotion.end:%Y-%m-%d}" == "2026-06-01 10:00 2026-08-31"
    page = client.get(f"/admin/promotions/promotion/{promotion.pk}/change/").content.decode()
    assert "12,50 EUR" in page
    assert f'value="{ {"de": "01.06.2026", "fr": "01/06/2026"}[language] }"' in page


@pytest.mark.parametrize(("language", "shown"), [("de", "12,5"), ("fr", "12,5"), ("en", "12.5")])
def test_what_a_form_shows_it_also_reads_in_every_language(boss, language, shown):
    client = boss(language)
    schema = {"percent": 12.5, "targets": ["A"]}
    promotion = PromotionFactory(promotion_type="item_percent_discount", schema=schema)
    with translation.override(language):
        form = client.get(f"/admin/promotions/promotion/{promotion.pk}/change/").context["adminform"].form
        values = {field.html_name: field.value() for field in form}
        written = {name: value for name, value in values.items() if value is not None and value is not False}
        for name in ("start", "end"):
            parts = form[name].subwidgets[0].data["subwidgets"]
            written |= {part["name"]: part["value"] for part in parts}
    assert written["percent"] == shown
    answer = client.post(f"/admin/promotions/promotion/{promotion.pk}/change/", written | {"description": "new"})
    assert answer.status_code == 302, answer.context["errors"]
    changed = Promotion.objects.get()
    assert (changed.schema, changed.description) == (schema, "new")
    assert (changed.start, changed.end) == (promotion.start, promotion.end)


def test_errors_beside_the_fields_are_in_the_language_of_the_user(boss):
    answer = boss("de").post(f"{ADD}x_for_y", FORM | {"x": "2", "y": "3", "start_0": "gestern"})
    with translation.override("de"):
        errors = {name: list(texts) for name, texts in answer.context["adminform"].form.errors.items()}
    assert errors["start"] == ["Bitte ein gültiges Datum eingeben."]
    assert errors["y"] == ["Muss kleiner als 2 sein"]
    assert errors["targets"] == [
        "targets, target_nodes, target_attributes oder target_conditions ist erforderlich",
    ]


def test_numbers_for_people_are_localised_and_numbers_for_programs_are_not(boss):
    job = JobFactory(status=Status.PROCESSING, number_of_codes=200_000, generated=1_500)
    page = boss("de").get(f"/admin/promotions/job/{job.pk}/change/").content.decode()
    assert "1.500 von 200.000" in page
    assert 'value="1500" max="200000"' in page


def test_what_staff_do_is_stored_in_no_language(boss):
    code = PromotionCodeFactory()
    client = boss("de")
    client.post(f"/admin/promotions/promotioncode/{code.pk}/disable/")
    client.post(
        f"/admin/promotions/promotion/{code.promotion.pk}/codes/add/", {"codes": "NEU", "consume_unit": "per_cart"}
    )
    assert PromotionCode.objects.filter(code="NEU").exists()
    logged = [entry.change_message for entry in client.get("/admin/").wsgi_request.user.logentry_set.all()]
    assert sorted(logged) == ["Codes added: 1", "Disabled"]
    entries = code.promotion.audit_entries.order_by("id")
    assert [(entry.event, entry.details) for entry in entries] == [
        ("code_changed", {"disabled": True}),
        ("code_added", {}),
    ]


def test_a_thousand_written_as_in_german_does_not_become_one_code(boss):
    promotion = PromotionFactory()
    page = f"/admin/promotions/promotion/{promotion.pk}/generate/"
    answer = boss("de").post(page, {"number_of_codes": "1.000", "_generate": "1"})
    with translation.override("de"):
        assert list(answer.context["form"].errors["number_of_codes"]) == ["Bitte eine ganze Zahl eingeben."]
    assert not promotion.jobs.exists()
