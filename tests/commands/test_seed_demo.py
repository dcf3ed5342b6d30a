"""`manage.py seed_demo`: what is there after it has run, once and again."""

from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from promotions.management.demo import PROMOTIONS
from promotions.models import Job, Promotion, PromotionCode
from promotions.states import Status
from tests.factories import JobFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "from the environment")
    monkeypatch.delenv("PORT", raising=False)


@pytest.fixture
def seeded(run):
    return run("seed_demo")


def user():
    return get_user_model().objects.get(username="demo")


def everything():
    """All rows that the command could touch."""
    models = (Promotion, Job, PromotionCode, get_user_model())
    return {model: list(model.objects.order_by("pk").values()) for model in models}


def test_it_ends_by_saying_where_and_how_to_log_in(seeded):
    line = "Log in at http://127.0.0.1:8000/admin/ as demo with the password from the environment"
    assert (seeded.status, seeded.lines) == (0, [line])


def test_the_address_has_the_port_of_the_environment(run, monkeypatch):
    monkeypatch.setenv("PORT", "8123")
    assert "http://127.0.0.1:8123/admin/" in run("seed_demo").out


def test_json_has_the_login_and_is_alone_on_stdout(run):
    login = {"url": "http://127.0.0.1:8000/admin/", "username": "demo", "password": "from the environment"}
    assert run("seed_demo", "--json").json == login


def can_log_in(client, password):
    return client.post("/admin/login/?next=/admin/", {"username": "demo", "password": password}).status_code == 302


def test_the_demo_user_is_a_superuser_and_can_log_in(seeded, client):
    assert user().is_superuser
    assert user().is_staff
    assert can_log_in(client, "from the environment")


def test_a_given_password_wins_over_the_environment(run, client):
    run("seed_demo", "--password", "given")
    assert can_log_in(client, "given")


def test_without_any_password_nothing_is_done(run, monkeypatch):
    monkeypatch.delenv("DEMO_PASSWORD")
    ran = run("seed_demo")
    assert (ran.status, ran.out) == (1, "")
    assert "set DEMO_PASSWORD" in ran.err
    assert not Promotion.objects.exists()
    assert not get_user_model().objects.exists()


def test_promotions_are_scheduled_running_expired_and_disabled_and_a_year_long_at_most(seeded):
    now = timezone.now()
    assert Promotion.objects.count() == len(PROMOTIONS)
    assert Promotion.objects.filter(start__gt=now).exists()
    assert Promotion.objects.filter(end__lt=now).exists()
    assert Promotion.objects.filter(enabled=True, start__lt=now, end__gt=now).count() > 1
    assert Promotion.objects.filter(enabled=False).exists()
    assert all(promotion.end - promotion.start <= timedelta(days=365) for promotion in Promotion.objects.all())
    for promotion in Promotion.objects.all():
        promotion.full_clean()


def test_jobs_have_really_been_completed_cancelled_and_failed_and_two_are_left_to_a_worker(seeded):
    assert Counter(Job.objects.values_list("status", flat=True)) == {
        Status.COMPLETED: 3,
        Status.CANCELLED: 2,
        Status.FAILED: 1,
        Status.PENDING: 2,
    }
    assert Job.objects.get(status=Status.FAILED).error == "codes limit exceeded"
    for job in Job.objects.all():
        assert job.codes.count() == (job.number_of_codes if job.status == Status.COMPLETED else 0)
        assert bool(job.cancel_reason) == (job.status == Status.CANCELLED)
    for promotion in Promotion.objects.all():
        assert promotion.code_count == promotion.codes.count()


def test_a_second_run_changes_nothing(run, seeded):
    before = everything()
    assert run("seed_demo").out == seeded.out
    assert everything() == before


def test_a_second_run_sets_the_configured_password_again(run, seeded, client):
    changed = user()
    changed.set_password("changed")
    changed.save()
    run("seed_demo")
    assert can_log_in(client, "from the environment")


def test_a_renamed_promotion_is_not_added_again(run, seeded):
    Promotion.objects.update(name="Renamed")
    run("seed_demo")
    assert Promotion.objects.count() == len(PROMOTIONS)


def test_a_run_that_broke_off_is_gone_on_with(run, monkeypatch):
    def broken(job_id):
        raise RuntimeError("broken off")

    with monkeypatch.context() as patch:
        patch.setattr("promotions.jobs.runner.run", broken)
        with pytest.raises(RuntimeError):
            run("seed_demo")
    run("seed_demo")
    assert Job.objects.filter(status=Status.COMPLETED).count() == 3
    assert Job.objects.count() == 8


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_handed_back_is_left_to_a_worker(run, settings):
    settings.PROMOTIONS_JOB_SLICE = 0
    JobFactory()
    assert run("seed_demo").status == 0
    job = Job.objects.get(name="Flyer codes")
    assert (job.status, job.lease_expires_at) == (Status.PROCESSING, None)
    deliveries = [task.args_kwargs["args"] for task in DBTaskResult.objects.all()]
    assert deliveries.count([job.pk]) == 2


def test_what_a_running_worker_was_faster_with_is_said_and_left_out(run, seeded):
    Job.objects.filter(name="Flyer codes, second edition").delete()
    Job.objects.filter(name="Flyer codes").update(status=Status.PROCESSING, finished_at=None)
    ran = run("seed_demo")
    assert ran.status == 0
    assert "Flyer codes, second edition: Only 1 pending or processing job is allowed per promotion." in ran.err
