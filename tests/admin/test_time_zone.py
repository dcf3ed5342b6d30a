"""Times in the admin are those of the user's own clock; the API's are UTC."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from promotions.models import Job, Promotion
from promotions.states import Status
from tests.admin.pages import texts_of
from tests.factories import JobFactory, PromotionFactory, UsageFactory, UserFactory

ADD = "/admin/promotions/promotion/add/?promotion_type=fixed_discount"
FORM = {
    "name": "Summer",
    "description": "d",
    "start_0": "2026-06-01",
    "start_1": "10:00",
    "end_0": "2026-12-01",
    "end_1": "10:00",
    "max_applications_per_cart": "0",
    "currencies": "10 USD",
}


@pytest.fixture
def boss_in(db):
    """A client in this time zone for someone who may do everything: `boss_in("Europe/Berlin")`."""
    user = UserFactory(username="ann", is_superuser=True)

    def client_of(zone):
        client = Client()
        client.force_login(user)
        if zone:
            client.cookies["time_zone"] = zone
        return client

    return client_of


def zone_said(client, path=""):
    return next(text for text in texts_of(client.get(f"/admin/{path}")) if text.startswith("Times are in"))


def test_a_time_is_read_and_shown_in_the_zone_of_the_user_and_stored_as_the_moment_it_is(boss_in, api):
    berlin = boss_in("Europe/Berlin")
    assert berlin.post(ADD, FORM).status_code == 302
    promotion = Promotion.objects.get()
    # In summer it is two hours ahead, in winter one.
    assert promotion.start == datetime(2026, 6, 1, 8, tzinfo=UTC)
    assert promotion.end == datetime(2026, 12, 1, 9, tzinfo=UTC)
    address = f"/admin/promotions/promotion/{promotion.pk}/change/"
    assert times_in(berlin.get(address)) == ["10:00:00", "10:00:00"]
    assert times_in(boss_in("America/Los_Angeles").get(address)) == ["01:00:00", "01:00:00"]
    assert api.get(f"/v2/promotions/{promotion.uuid}").json()["data"]["start"] == "2026-06-01T08:00:00Z"


def times_in(answer):
    """The times that the fields of start and end show; the page is read as it was sent."""
    page = answer.content.decode()
    return [page.split(f'name="{name}_1" value="')[1].split('"')[0] for name in ("start", "end")]


def test_the_page_says_in_which_zone_times_are_and_the_form_beside_the_fields(boss_in):
    promotion, job = PromotionFactory(), JobFactory()
    berlin = boss_in("Europe/Berlin")
    for path in (
        "",
        "promotions/job/",
        f"promotions/job/{job.pk}/change/",
        f"promotions/promotion/{promotion.pk}/codes/",
    ):
        assert zone_said(berlin, path) == "Times are in Europe/Berlin."
    assert texts_of(boss_in("Asia/Tokyo").get(ADD)).count("Time zone: Asia/Tokyo") == 2


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Nowhere/Else",
        "../../etc/passwd",
        "/etc/localtime",
        "Europe",
        "Europe/Berlin\n",
        "e" * 5000,
        "%00",
        "localtime",
    ],
)
def test_a_zone_that_there_is_not_is_ignored(boss_in, settings, name):
    assert zone_said(boss_in(name)) == f"Times are in {settings.TIME_ZONE}."


@pytest.mark.parametrize("name", ["Asia/Calcutta", "Europe/Kiev", "US/Pacific", "UTC"])
def test_also_the_old_names_that_browsers_use_are_known(boss_in, name):
    assert zone_said(boss_in(name)) == f"Times are in {name}."


def test_the_zone_of_one_request_is_not_that_of_the_next(boss_in, settings):
    boss_in("Asia/Tokyo").get("/admin/")
    assert timezone.get_current_timezone_name() == settings.TIME_ZONE
    assert zone_said(boss_in("")) == f"Times are in {settings.TIME_ZONE}."


@pytest.mark.parametrize(
    ("day", "why"), [("2026-03-29", "an hour that is left out"), ("2026-10-25", "an hour that comes twice")]
)
def test_a_time_that_is_none_or_two_is_refused_beside_the_field(boss_in, day, why):
    answer = boss_in("Europe/Berlin").post(ADD, FORM | {"start_0": day, "start_1": "02:30", "end_0": "2026-12-31"})
    assert answer.status_code == 200, why
    [error] = answer.context["adminform"].form.errors["start"]
    assert error.startswith(f"{day} 02:30:00 couldn\u2019t be interpreted in time zone Europe/Berlin")
    assert not Promotion.objects.exists()


def test_a_day_of_a_filter_is_one_of_the_user(boss_in):
    job = JobFactory(name="late")
    Job.objects.filter(pk=job.pk).update(created_at=datetime(2026, 6, 1, 22, 30, tzinfo=UTC))
    first, second = (
        f"/admin/promotions/job/?created_at_from={day}&created_at_to={day}" for day in ("2026-06-01", "2026-06-02")
    )
    berlin, utc = boss_in("Europe/Berlin"), boss_in("UTC")
    assert ["late" in texts_of(berlin.get(page)) for page in (first, second)] == [False, True]
    assert ["late" in texts_of(utc.get(page)) for page in (first, second)] == [True, False]


@pytest.mark.parametrize(("language", "day"), [("en", "06/01/2026"), ("fr", "01/06/2026"), ("de", "01.06.2026")])
def test_a_day_of_a_filter_is_read_as_the_language_writes_it(boss_in, language, day):
    job = JobFactory(name="mine")
    Job.objects.filter(pk=job.pk).update(created_at=datetime(2026, 6, 1, 12, tzinfo=UTC))
    query = {"created_at_from": day, "created_at_to": day}
    answer = boss_in("UTC").get("/admin/promotions/job/", query, headers={"accept-language": language})
    assert "mine" in texts_of(answer)


def test_the_days_of_the_charts_are_those_of_the_user_also_from_the_cache(boss_in, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 6, 10, 12, tzinfo=UTC))
    UsageFactory(used_on=datetime(2026, 6, 5, 22, 30, tzinfo=UTC))
    cache.clear()
    for _ in range(2):
        for zone, expected in (("Europe/Berlin", 6), ("UTC", 5)):
            [chart] = [one for one in boss_in(zone).get("/admin/").context["charts"] if sum(one.values.values())]
            assert [day.day for day, count in chart.values.items() if count] == [expected]


def test_lists_and_the_page_of_a_job_show_the_time_of_the_user(boss_in):
    job = JobFactory(status=Status.FAILED, promotion=PromotionFactory())
    Job.objects.filter(pk=job.pk).update(created_at=datetime(2026, 1, 1, 23, 30, tzinfo=UTC))
    assert "2026-01-02 08:30" in texts_of(boss_in("Asia/Tokyo").get("/admin/promotions/job/"))
