"""Whoever tries passwords is stopped for a while; nobody else is."""

import pytest
from axes.models import AccessAttempt
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from tests.factories import UserFactory

LOGIN = "/admin/login/?next=/admin/"
PASSWORD = "correct horse"
LIMIT = 10


@pytest.fixture
def ann(db):
    user = UserFactory(username="ann")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def log_in(client):
    """Sends the form of the login: `log_in("ann", "wrong")`, with headers and the like if given."""

    def post(username, password, **options):
        client.logout()
        return client.post(LOGIN, {"username": username, "password": password}, **options)

    return post


def fail(log_in, times=LIMIT, username="ann", **options):
    return [log_in(username, "wrong", **options).status_code for _ in range(times)]


def test_ten_wrong_passwords_lock_a_user_for_this_address_and_the_right_one_comes_too_late(ann, log_in):
    assert fail(log_in) == [200] * (LIMIT - 1) + [429]
    answer = log_in("ann", PASSWORD)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"


def test_the_page_says_what_to_do_in_our_theme(ann, log_in):
    fail(log_in)
    page = log_in("ann", PASSWORD).content.decode()
    assert "Wait 15 minutes, then try again." in page
    assert "unfold/css/styles.css" in page
    assert 'href="/admin/login/"' in page


def test_nine_wrong_passwords_and_the_right_one_open_and_begin_anew(ann, log_in):
    for _ in range(2):
        assert fail(log_in, LIMIT - 1) == [200] * (LIMIT - 1)
        assert log_in("ann", PASSWORD).status_code == 302


def test_others_and_other_addresses_are_not_locked(ann, log_in):
    bob = UserFactory(username="bob")
    bob.set_password(PASSWORD)
    bob.save()
    fail(log_in)
    assert log_in("bob", PASSWORD).status_code == 302
    assert log_in("ann", PASSWORD, REMOTE_ADDR="10.0.0.9").status_code == 302


def test_it_cannot_be_told_whether_there_is_such_a_user(ann, log_in):
    assert fail(log_in, username="nobody") == fail(log_in, username="ann")
    token = b"csrfmiddlewaretoken"
    there, not_there = (log_in(name, "wrong").content for name in ("ann", "nobody"))
    assert there.partition(token)[0] == not_there.partition(token)[0]


def test_the_lock_opens_by_itself_and_trying_meanwhile_does_not_prolong_it(ann, log_in, settings):
    fail(log_in)
    last = AccessAttempt.objects.get().attempt_time
    fail(log_in, 3)
    assert AccessAttempt.objects.get().attempt_time == last
    AccessAttempt.objects.update(attempt_time=timezone.now() - settings.AXES_COOLOFF_TIME)
    assert log_in("ann", PASSWORD).status_code == 302


def test_another_browser_is_no_way_around_the_lock(ann, log_in):
    for number in range(LIMIT):
        log_in("ann", "wrong", headers={"User-Agent": f"Browser {number}"})
    assert log_in("ann", PASSWORD, headers={"User-Agent": "Browser"}).status_code == 429


def test_a_forged_address_is_no_way_around_the_lock(ann, log_in):
    for number in range(LIMIT):
        log_in("ann", "wrong", headers={"X-Forwarded-For": f"10.0.0.{number}"})
    assert log_in("ann", PASSWORD, headers={"X-Forwarded-For": "10.0.0.99"}).status_code == 429


def test_behind_a_proxy_the_address_that_it_saw_counts(ann, log_in, settings):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
    for number in range(LIMIT):
        log_in("ann", "wrong", headers={"X-Forwarded-For": f"10.0.0.{number}, 192.0.2.1"})
    assert log_in("ann", PASSWORD, headers={"X-Forwarded-For": "10.0.0.1, 192.0.2.1"}).status_code == 429
    assert log_in("ann", PASSWORD, headers={"X-Forwarded-For": "10.0.0.1, 192.0.2.2"}).status_code == 302


@pytest.mark.parametrize("address", ["unknown", "", "192.0.2.1:4711", "x" * 300, "_hidden"])
def test_an_address_that_is_none_is_no_fault_and_no_way_around_the_lock(ann, log_in, settings, address):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
    assert fail(log_in, headers={"X-Forwarded-For": address})[-1] == 429


def test_operators_see_who_is_locked_and_unlock_them(ann, log_in, capsys):
    fail(log_in)
    call_command("axes_list_attempts")
    assert "ann" in capsys.readouterr().out
    call_command("axes_reset_username", "ann")
    assert log_in("ann", PASSWORD).status_code == 302


def test_no_password_is_kept_or_logged(ann, log_in, caplog):
    log_in("ann", "wrong but close")
    log_in("my password by mistake", "wrong but close")
    kept = AccessAttempt.objects.values_list("post_data", "get_data")
    assert "wrong but close" not in str(list(kept)) + caplog.text
    assert "by mistake" not in str(list(kept)) + caplog.text
    assert "127.0.0.1" in caplog.text


def test_a_new_password_ends_all_sessions(ann, client):
    client.force_login(ann)
    assert client.get("/admin/").status_code == 200
    ann.set_password("another one")
    ann.save()
    assert client.get("/admin/").status_code == 302


def test_who_is_logged_in_stays_so_while_someone_tries_their_password(ann, client):
    client.force_login(ann)
    stranger = Client()
    for _ in range(LIMIT + 1):
        stranger.post(LOGIN, {"username": "ann", "password": "wrong"})
    assert client.get("/admin/").status_code == 200
