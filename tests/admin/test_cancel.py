import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import OperationalError
from django.test import Client

from promotions.admin import cancel
from promotions.models import Job
from promotions.states import Status
from tests.factories import JobFactory, PromotionFactory, UserFactory

LIST = "/admin/promotions/job/"
WHY = "Only pending or processing jobs can be cancelled"


def page(job):
    return f"{LIST}{job.pk}/cancel/"


def select(*jobs, **fields):
    return {"action": "cancel_selected", "_selected_action": [job.pk for job in jobs], **fields}


def confirm(*jobs, **fields):
    return select(*jobs, post="yes", **fields)


def statuses(*jobs):
    return [Job.objects.get(pk=job.pk).status for job in jobs]


@pytest.fixture
def pending(db):
    return JobFactory(name="Waiting one")


@pytest.fixture
def processing(db):
    return JobFactory(name="Working one", status=Status.PROCESSING, generated=40)


@pytest.fixture
def completed(db):
    return JobFactory(name="Done one", status=Status.COMPLETED)


def test_the_action_first_asks_and_names_what_will_and_what_cannot_be_cancelled(staff, pending, processing, completed):
    answer = staff.post(LIST, select(pending, processing, completed, index=0))

    text = answer.content.decode()
    will, cannot = text.split("Cannot be cancelled")
    assert "Will be cancelled" in will
    assert "Waiting one" in will
    assert "Working one" in will
    assert "Done one" not in will
    assert "Done one" in cannot
    assert WHY in cannot
    assert "Cancel 2 jobs" in cannot
    assert f'href="{LIST}"' in text
    assert statuses(pending, processing, completed) == ["pending", "processing", "completed"]
    assert not LogEntry.objects.exists()


def test_confirming_cancels_those_that_can_be_and_says_what_happened_to_each(
    staff, pending, processing, completed, messages_of
):
    cancelling = JobFactory(name="Leaving one", status=Status.CANCELLING)
    answer = staff.post(LIST, confirm(pending, processing, completed, cancelling, reason="Wrong prefix"))

    assert answer.status_code == 302
    assert answer.url == LIST
    assert statuses(pending, processing, completed, cancelling) == [
        "cancelled",
        "cancelling",
        "completed",
        "cancelling",
    ]
    told = messages_of(answer)
    assert told == {
        "success": f"Cancelled: Waiting one ({pending.promotion}).",
        "info": f"Cancelling, their codes are being removed: Working one ({processing.promotion}).",
        "warning": (
            f"Not cancelled: Leaving one ({cancelling.promotion}) is cancelling; "
            f"Done one ({completed.promotion}) is completed. {WHY}."
        ),
    }


def test_who_when_and_why_are_kept_and_shown(staff, pending):
    staff.post(LIST, confirm(pending, reason="  Wrong prefix  "))

    pending.refresh_from_db()
    assert (pending.cancelled_by, pending.cancel_reason) == ("ann", "Wrong prefix")
    assert pending.cancel_requested_at
    text = staff.get(f"{LIST}{pending.pk}/change/").content.decode()
    assert "Wrong prefix" in text
    assert "Cancel requested at" in text
    assert "ann" in text


def test_a_cancel_is_written_into_the_log_and_a_refused_one_is_not(staff, pending, completed):
    staff.post(LIST, confirm(pending, completed, reason="Wrong prefix"))

    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.action_flag, entry.user.username) == (str(pending.pk), CHANGE, "ann")
    assert entry.change_message == "Cancelled: Wrong prefix"
    assert "Wrong prefix" in staff.get(f"{LIST}{pending.pk}/history/").content.decode()


def test_a_job_that_changed_since_the_page_was_shown_is_decided_by_what_it_is_now(
    staff, pending, processing, messages_of
):
    staff.post(LIST, select(pending, processing))
    Job.objects.filter(pk=pending.pk).update(status=Status.PROCESSING)
    Job.objects.filter(pk=processing.pk).update(
        status=Status.COMPLETED, generated=100, finished_at=processing.created_at
    )

    answer = staff.post(f"{LIST}?status__exact=pending", confirm(pending, processing))

    assert statuses(pending, processing) == ["cancelling", "completed"]
    told = messages_of(answer)
    assert "Waiting one" in told["info"]
    assert "Working one" in told["warning"]


def test_select_across_asks_about_all_jobs_that_the_list_shows_and_confirms_exactly_those(staff, completed):
    jobs = JobFactory.create_batch(3, name="Selected")
    url = f"{LIST}?status__exact=pending"

    asked = staff.post(url, select(jobs[0], select_across=1, index=0))
    later = JobFactory(name="Started later")
    ids = [str(job.pk) for job in asked.context["jobs"]]
    assert sorted(ids) == sorted(str(job.pk) for job in jobs)
    assert all(f'name="_selected_action" value="{pk}"' in asked.content.decode() for pk in ids)

    staff.post(url, {"action": "cancel_selected", "post": "yes", "_selected_action": ids})

    assert statuses(*jobs, later, completed) == ["cancelled"] * 3 + ["pending", "completed"]


def test_a_confirmed_post_with_select_across_cancels_all(staff):
    jobs = JobFactory.create_batch(3)
    staff.post(LIST, confirm(jobs[0], select_across=1))
    assert statuses(*jobs) == ["cancelled"] * 3


def test_too_many_jobs_at_once_are_refused_before_anything_is_cancelled(staff, monkeypatch, messages_of):
    monkeypatch.setattr(cancel, "MOST_AT_ONCE", 2)
    jobs = JobFactory.create_batch(3)
    answer = staff.post(LIST, confirm(*jobs))
    assert messages_of(answer) == {"error": "Nothing was cancelled: select at most 2 jobs at once."}
    assert statuses(*jobs) == ["pending"] * 3


def test_a_message_names_ten_jobs_and_counts_the_rest(staff, messages_of):
    jobs = [JobFactory(name=f"Letter {place:02}") for place in range(13)]
    told = messages_of(staff.post(LIST, confirm(*jobs)))["success"]
    assert [str(job) in told for job in reversed(jobs)] == [True] * 10 + [False] * 3
    assert told.endswith("; and 3 more.")


def test_a_reason_that_is_too_long_is_an_error_of_the_form_and_cancels_nothing(staff, pending):
    answer = staff.post(LIST, confirm(pending, reason="x" * 501))
    assert "at most 500 characters" in answer.content.decode()
    assert statuses(pending) == ["pending"]


def test_a_job_whose_row_is_locked_does_not_keep_the_others_from_being_cancelled(
    staff, pending, processing, messages_of, monkeypatch
):
    cancel_job = Job.cancel

    def cancel_unless_locked(job, **kwargs):
        if job.pk == processing.pk:
            raise OperationalError("database is locked")
        cancel_job(job, **kwargs)

    monkeypatch.setattr(Job, "cancel", cancel_unless_locked)
    told = messages_of(staff.post(LIST, confirm(pending, processing)))
    assert "Waiting one" in told["success"]
    assert "Working one" in told["warning"]
    assert "The database was busy, try again" in told["warning"]
    assert statuses(pending, processing) == ["cancelled", "processing"]


def test_names_are_escaped_in_the_messages_and_on_the_page(staff):
    job = JobFactory(name="<script>alert(1)</script>")
    assert "<script>alert" not in staff.post(LIST, select(job)).content.decode()
    assert "<script>alert" not in staff.post(LIST, confirm(job), follow=True).content.decode()


class TestWithoutThePermission:
    @pytest.fixture
    def viewer(self, log_in):
        return log_in("view_job")

    def test_the_action_and_the_links_are_not_there(self, viewer, pending):
        text = viewer.get(LIST).content.decode()
        assert "Waiting one" in text
        assert "cancel_selected" not in text
        assert "/cancel/" not in text
        assert "/cancel/" not in viewer.get(f"{LIST}{pending.pk}/change/").content.decode()

    @pytest.mark.parametrize("fields", [select, confirm])
    def test_posting_the_action_changes_nothing(self, viewer, pending, fields):
        viewer.post(LIST, fields(pending, index=0))
        assert statuses(pending) == ["pending"]

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_the_page_of_the_button_is_forbidden(self, viewer, pending, method):
        assert getattr(viewer, method)(page(pending)).status_code == 403
        assert statuses(pending) == ["pending"]

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_who_may_not_see_jobs_may_not_cancel_them_either(self, log_in, pending, method):
        assert getattr(log_in("cancel_job"), method)(page(pending)).status_code == 403
        assert statuses(pending) == ["pending"]

    def test_a_visitor_is_asked_to_log_in(self, pending):
        answer = Client().post(page(pending))
        assert answer.status_code == 302
        assert "/admin/login/" in answer.url
        assert statuses(pending) == ["pending"]


def test_to_see_and_to_cancel_jobs_is_permission_enough(log_in, pending, processing):
    client = log_in("view_job", "cancel_job")
    assert "Cancel selected jobs" in client.get(LIST).content.decode()
    client.post(LIST, confirm(pending))
    client.post(page(processing))
    assert statuses(pending, processing) == ["cancelled", "cancelling"]


def test_only_cancellable_jobs_have_a_link_in_their_row_and_a_button_on_their_page(staff, pending, completed):
    text = staff.get(LIST).content.decode()
    assert page(pending) in text
    assert page(completed) not in text
    assert page(pending) in staff.get(f"{LIST}{pending.pk}/change/").content.decode()
    assert page(completed) not in staff.get(f"{LIST}{completed.pk}/change/").content.decode()


def test_the_button_asks_first_and_then_cancels_and_leads_back_to_the_job(staff, processing, messages_of):
    asked = staff.get(page(processing)).content.decode()
    assert "Working one" in asked
    assert f'href="{LIST}{processing.pk}/change/"' in asked
    assert statuses(processing) == ["processing"]

    answer = staff.post(page(processing), {"reason": "Not needed"})

    assert answer.url == f"{LIST}{processing.pk}/change/"
    assert "Working one" in messages_of(answer)["info"]
    processing.refresh_from_db()
    assert (processing.status, processing.cancel_reason) == ("cancelling", "Not needed")
    assert LogEntry.objects.get().object_id == str(processing.pk)


def test_the_page_of_the_button_says_why_a_job_cannot_be_cancelled(staff, completed, messages_of):
    asked = staff.get(page(completed)).content.decode()
    assert WHY in asked
    assert "Will be cancelled" not in asked
    assert "completed" in messages_of(staff.post(page(completed)))["warning"]
    assert statuses(completed) == ["completed"]


@pytest.mark.parametrize("unknown", ["999999", "nonsense"])
def test_an_unknown_job_leads_back_as_everywhere_in_the_admin(staff, unknown):
    answer = staff.get(f"{LIST}{unknown}/cancel/", follow=True)
    assert "Perhaps it was deleted?" in answer.content.decode()


@pytest.mark.parametrize("url_of", [page, lambda job: LIST])
def test_a_post_from_another_site_is_refused(log_in, pending, url_of):
    client = log_in("view_job", "cancel_job", enforce_csrf_checks=True)
    assert client.post(url_of(pending), confirm(pending)).status_code == 403
    assert statuses(pending) == ["pending"]


def test_the_list_takes_as_many_queries_for_many_jobs_as_for_few(django_assert_num_queries, log_in):
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    for job in JobFactory.create_batch(2):
        assert str(job) in client.get(LIST).content.decode()
    with django_assert_num_queries(4):
        client.get(LIST)
    JobFactory.create_batch(20, promotion=PromotionFactory(), status=Status.COMPLETED)
    with django_assert_num_queries(4):
        client.get(LIST)
