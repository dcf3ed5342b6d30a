"""Deleting codes, and switching them off and on: the actions of the list and the buttons of a code."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.utils import timezone

from promotions.admin import code_actions
from promotions.models import Promotion, PromotionCode, Usage
from promotions.states import Status
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory, UsageFactory

LIST = "/admin/promotions/promotioncode/"


@pytest.fixture
def editor(log_in):
    return log_in("view_promotioncode", "change_promotioncode", "delete_promotioncode")


def counted_code(**fields):
    """A code that its promotion has counted."""
    code = PromotionCodeFactory(**fields)
    Promotion.objects.filter(pk=code.promotion_id).reserve(1, 1000)
    return code


def act(client, action, *codes, **fields):
    data = {"action": action, "_selected_action": [code.pk for code in codes]} | fields
    return client.post(LIST, data)


def told(answer):
    """The messages of this answer, which are shown by the next page."""
    messages = [(message.level_tag, str(message)) for message in get_messages(answer.wsgi_request)]
    answer.client.get(LIST)
    return messages


def count_of(code):
    return Promotion.objects.get(pk=code.promotion_id).code_count


def is_disabled(code):
    return PromotionCode.objects.get(pk=code.pk).disabled_at is not None


def test_a_code_is_disabled_and_enabled_by_the_button_on_its_page(editor):
    code = PromotionCodeFactory(code="SUMMER-1", max_uses=5, uses=2)
    page = f"{LIST}{code.pk}/change/"
    assert f'action="{LIST}{code.pk}/disable/"' in editor.get(page).content.decode()

    answer = editor.post(f"{LIST}{code.pk}/disable/")
    assert (answer.url, told(answer)) == (page, [("success", "Disabled: SUMMER-1.")])
    assert is_disabled(code)
    assert f'action="{LIST}{code.pk}/enable/"' in editor.get(page).content.decode()

    answer = editor.post(f"{LIST}{code.pk}/enable/")
    assert told(answer) == [("success", "Enabled: SUMMER-1.")]
    assert not is_disabled(code)
    assert list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True)) == ["Disabled", "Enabled"]


@pytest.mark.parametrize("name", ["disable", "enable"])
def test_looking_at_the_address_of_a_button_changes_nothing(editor, name):
    code = PromotionCodeFactory()
    assert editor.get(f"{LIST}{code.pk}/{name}/").status_code == 405
    assert not is_disabled(code)


def test_selected_codes_are_disabled_and_each_outcome_is_told(editor):
    plain, disabled = PromotionCodeFactory(code="A"), PromotionCodeFactory(code="B")
    own = PromotionCodeFactory(code="C", promotion=PromotionFactory(automatic=True))
    hidden = PromotionCodeFactory(code="D", job=JobFactory(status=Status.PROCESSING))
    PromotionCode.objects.filter(pk=disabled.pk).update(disabled_at=timezone.now())
    answer = act(editor, "disable_selected", plain, disabled, own, hidden)
    assert sorted(told(answer)) == [
        ("success", "Disabled: A."),
        ("warning", "Not disabled: B. It was disabled before."),
        ("warning", "Not disabled: C. Cannot disable the code of an automatic promotion."),
        ("warning", "Not disabled: D. The job of the code has not completed."),
    ]
    assert [is_disabled(code) for code in (plain, disabled, own, hidden)] == [True, True, False, False]


def test_selected_codes_are_enabled(editor):
    code = PromotionCodeFactory(code="A")
    PromotionCode.objects.update(disabled_at=timezone.now())
    assert told(act(editor, "enable_selected", code)) == [("success", "Enabled: A.")]
    assert told(act(editor, "enable_selected", code)) == [("warning", "Not enabled: A. It was not disabled.")]
    assert not is_disabled(code)


def test_a_code_is_deleted_after_a_page_that_asks_and_is_no_longer_counted(editor):
    code = counted_code(code="SUMMER-1")
    usage = UsageFactory(of=code)
    url = f"{LIST}{code.pk}/delete/"
    assert "SUMMER-1" in editor.get(url).content.decode()
    assert PromotionCode.objects.exists()

    assert editor.post(url, {"post": "yes"}).status_code == 302
    assert not PromotionCode.objects.exists()
    assert count_of(code) == 0
    assert Usage.objects.get() == usage
    assert LogEntry.objects.get().object_repr == "SUMMER-1"


def test_selected_codes_are_deleted_once_confirmed_and_each_outcome_is_told(editor):
    completed = JobFactory(status=Status.COMPLETED, number_of_codes=2)
    of_job = [PromotionCodeFactory(code=text, job=completed, promotion=completed.promotion) for text in ("J1", "J2")]
    by_hand = counted_code(code="H")
    own = counted_code(code="OWN", promotion=PromotionFactory(automatic=True))
    processing = JobFactory(status=Status.PROCESSING, number_of_codes=5)
    hidden = PromotionCodeFactory(code="P", job=processing, promotion=processing.promotion)
    added = counted_code(code="Q", promotion=processing.promotion)
    all_of_them = (*of_job, by_hand, own, hidden, added)

    asked = act(editor, "delete_selected", *all_of_them)
    assert asked.status_code == 200
    assert all(code.code in asked.content.decode() for code in all_of_them)
    assert PromotionCode.objects.count() == 6

    answer = act(editor, "delete_selected", *all_of_them, post="yes")
    messages = told(answer)
    assert [level for level, _ in messages] == ["success", "warning", "warning"]
    assert messages[0][1].startswith("Deleted: ")
    assert all(text in messages[0][1] for text in ("J1", "J2", "H", "Q"))
    assert sorted(text for _, text in messages[1:]) == [
        "Not deleted: OWN. Cannot delete the code of an automatic promotion.",
        "Not deleted: P. It is gone already, or its job has not completed.",
    ]
    assert set(PromotionCode.objects.values_list("code", flat=True)) == {"OWN", "P"}
    assert [count_of(code) for code in (of_job[0], by_hand, own, hidden)] == [0, 0, 1, 5]


def test_a_code_that_cannot_be_deleted_stays_and_it_is_said_why(editor):
    own = counted_code(promotion=PromotionFactory(automatic=True))
    answer = editor.post(f"{LIST}{own.pk}/delete/", {"post": "yes"})
    why = "The code was not deleted. Cannot delete the code of an automatic promotion."
    assert (answer.status_code, told(answer)) == (302, [("error", why)])
    assert PromotionCode.objects.exists()
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("action", ["disable_selected", "enable_selected", "delete_selected"])
def test_more_codes_than_a_request_has_time_for_are_refused(editor, monkeypatch, action):
    monkeypatch.setattr(code_actions, "MOST_AT_ONCE", 2)
    codes = PromotionCodeFactory.create_batch(3)
    answer = act(editor, action, *codes, post="yes")
    assert told(answer) == [("error", "Nothing was done: select at most 2 codes at once.")]
    assert PromotionCode.objects.filter(disabled_at=None).count() == 3


def test_deleting_many_codes_takes_a_few_queries(editor, django_assert_max_num_queries):
    promotion = PromotionFactory()
    codes = [counted_code(promotion=promotion) for _ in range(50)]
    with django_assert_max_num_queries(20):
        act(editor, "delete_selected", *codes, post="yes")
    assert not PromotionCode.objects.exists()


@pytest.mark.parametrize("name", ["disable", "enable", "delete"])
def test_who_may_only_look_changes_nothing(log_in, name):
    code = PromotionCodeFactory()
    client = log_in("view_promotioncode")
    assert client.post(f"{LIST}{code.pk}/{name}/", {"post": "yes"}).status_code == 403
    act(client, f"{name}_selected", code, post="yes")
    assert not is_disabled(code)
    text = client.get(f"{LIST}{code.pk}/change/").content.decode()
    assert f"/{name}/" not in text


@pytest.mark.parametrize("name", ["disable", "enable"])
def test_who_may_not_even_look_cannot_switch(log_in, name):
    code = PromotionCodeFactory()
    assert log_in("view_job").post(f"{LIST}{code.pk}/{name}/").status_code == 403
