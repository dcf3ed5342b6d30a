"""How what is told is sent: signed, tried again, given up; and never to where it must not go."""

import re
import shutil
import socket
import subprocess
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from promotions.models import Webhook, WebhookDelivery
from promotions.webhooks import send
from promotions.webhooks.send import MAX_ATTEMPTS, PAUSES, send_due, send_test
from tests.factories import JobFactory, WebhookFactory
from tests.processes import ROOT, wait_until
from tests.webhooks.receiver import receiving

pytestmark = pytest.mark.django_db

Status = WebhookDelivery.Status


def snippet(language):
    page = (ROOT / "docs" / "webhooks.md").read_text()
    return re.search(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[1]


def cancel_a_job():
    JobFactory().cancel()
    return WebhookDelivery.objects.latest("pk")


def make_due():
    WebhookDelivery.objects.update(next_at=timezone.now() - timedelta(hours=1))


@pytest.fixture
def is_genuine():
    """The function with which the docs have a reader check what comes."""
    namespace = {}
    exec(snippet("python"), namespace)  # noqa: S102 - our own docs
    return namespace["is_genuine"]


def test_what_has_happened_is_sent_as_it_was_written_and_signed(receiver, webhook, is_genuine):
    delivery = cancel_a_job()
    assert send_due() == 1
    (received,) = receiver.received
    assert received.path == "/hooks?key=xyzzy"
    assert received.body.decode() == delivery.body
    assert received.json["type"] == received.headers["X-Event"] == "job.cancelled"
    assert received.json["id"] == received.headers["X-Delivery"] == str(delivery.uuid)
    assert received.headers["Content-Type"] == "application/json"
    assert is_genuine(received.headers["X-Signature"], received.body, webhook.secret)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.answer_status, delivery.error) == ("delivered", 1, 204, "")
    assert delivery.delivered_at
    assert send_due() == 0


def test_the_docs_check_refuses_what_was_changed_is_old_or_is_signed_with_another_secret(receiver, webhook, is_genuine):
    cancel_a_job()
    send_due()
    header, body = receiver.received[0].headers["X-Signature"], receiver.received[0].body
    assert is_genuine(header, body, webhook.secret)
    assert not is_genuine(header, body + b" ", webhook.secret)
    assert not is_genuine(header, body, "another")
    assert not is_genuine(header, body, webhook.secret, tolerance=-1)
    later = header.replace("t=", "t=1")
    for forged in (
        later,
        "",
        "nonsense",
        "t=,v1=",
        "t=\u0661,v1=ä",
        header.partition(",")[0],
        header.partition(",")[2],
    ):
        assert not is_genuine(forged, body, webhook.secret)


@pytest.mark.once
@pytest.mark.skipif(not shutil.which("node"), reason="Node is not there")
def test_the_docs_check_in_javascript_agrees(receiver, webhook, tmp_path):
    cancel_a_job()
    send_due()
    program = tmp_path / "check.mjs"
    program.write_text(
        snippet("js")
        + "const [header, body, secret] = process.argv.slice(2);\n"
        + "const good = Buffer.from(body), changed = Buffer.from(body + ' ');\n"
        + "console.log(isGenuine(header, good, secret), isGenuine(header, changed, secret),"
        + " isGenuine(header, good, secret, -1), isGenuine('nonsense', good, secret));"
    )
    arguments = [receiver.received[0].headers["X-Signature"], receiver.received[0].body.decode(), webhook.secret]
    ran = subprocess.run(["node", program, *arguments], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.split() == ["true", "false", "false", "false"]


def test_what_was_not_answered_well_is_tried_again_ever_later_and_then_given_up(receiver, webhook):
    receiver.status = 500
    delivery = cancel_a_job()
    for pause in PAUSES:
        make_due()
        assert send_due() == 1
        delivery.refresh_from_db()
        assert (delivery.status, delivery.answer_status) == ("waiting", 500)
        assert abs(delivery.next_at - delivery.tried_at - pause) < timedelta(seconds=5)
        assert send_due() == 0
    make_due()
    assert send_due() == 1
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("given_up", MAX_ATTEMPTS)
    make_due()
    assert send_due() == 0
    assert len(receiver.received) == MAX_ATTEMPTS == 8
    assert len({received.json["id"] for received in receiver.received}) == 1
    assert timedelta(hours=20) < sum(PAUSES, timedelta()) < timedelta(hours=26)


def test_sent_again_it_begins_anew(receiver, webhook):
    receiver.status = 400
    delivery = cancel_a_job()
    WebhookDelivery.objects.update(attempts=MAX_ATTEMPTS - 1)
    send_due()
    delivery.refresh_from_db()
    assert delivery.status == "given_up"
    receiver.status = 200
    delivery.send_again()
    assert send_due() == 1
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.error) == ("delivered", 1, "")
    delivery.send_again()
    assert send_due() == 1
    assert len(receiver.received) == 3


def test_what_waits_for_its_next_attempt_is_sent_at_once_when_asked_for(receiver, webhook):
    receiver.status = 500
    delivery = cancel_a_job()
    send_due()
    delivery.send_again()
    assert send_due() == 1
    delivery.refresh_from_db()
    assert delivery.attempts == 2


def test_a_redirect_is_not_followed(receiver, webhook):
    receiver.status, receiver.location = 302, "/elsewhere"
    delivery = cancel_a_job()
    send_due()
    assert [received.path for received in receiver.received] == ["/hooks?key=xyzzy"]
    delivery.refresh_from_db()
    assert (delivery.status, delivery.answer_status) == ("waiting", 302)


def test_nobody_answering_is_an_error_that_staff_see_and_whose_address_is_not_logged(webhook, caplog):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        Webhook.objects.update(url=f"http://127.0.0.1:{nobody.getsockname()[1]}/hooks?key=xyzzy")
        delivery = cancel_a_job()
        send_due()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.answer_status) == ("waiting", None)
    assert "ConnectionError" in delivery.error
    assert "ConnectionError" in caplog.text
    assert "xyzzy" not in caplog.text
    assert webhook.secret not in caplog.text


def test_an_answer_that_takes_too_long_is_not_waited_for(receiver, webhook, monkeypatch):
    monkeypatch.setattr(send, "TIMEOUT", 0.2)
    receiver.delay = 2
    delivery = cancel_a_job()
    began = time.monotonic()
    send_due()
    assert time.monotonic() - began < 1.5
    delivery.refresh_from_db()
    assert delivery.error.startswith("ReadTimeout")


def test_one_that_does_not_answer_holds_up_no_other(receiver, webhook):
    with receiving() as dead:
        dead.status = 500
        other = WebhookFactory(url=dead.url)
        for _ in range(3):
            cancel_a_job()
        send_due()
        assert len(dead.received) == 1
    assert len(receiver.received) == 3
    assert set(other.deliveries.values_list("status", flat=True)) == {"waiting"}


def test_what_waits_for_a_webhook_that_is_not_active_is_kept_back(receiver, webhook):
    cancel_a_job()
    Webhook.objects.update(active=False)
    assert send_due() == 0
    Webhook.objects.update(active=True)
    assert send_due() == 1


def test_a_delivery_whose_worker_has_died_is_sent_by_another_once_its_time_is_over(receiver, webhook):
    delivery = cancel_a_job()
    dead = send._claim(set())
    assert send_due() == 0
    make_due()
    assert send_due() == 1
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("delivered", 2)
    # And should it wake up after all, it changes nothing.
    WebhookDelivery.objects.update(status=Status.WAITING, delivered_at=None)
    receiver.status = 500
    send._attempt(dead)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.answer_status, delivery.attempts) == ("waiting", 204, 2)


PRIVATE = [
    "https://127.0.0.1/",
    "https://localhost/",
    "https://2130706433/",
    "https://0.0.0.0/",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://192.168.1.1:8443/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[64:ff9b::7f00:1]/",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_nothing_is_sent_to_a_private_address(url):
    WebhookFactory(url=url)
    delivery = cancel_a_job()
    send_due()
    delivery.refresh_from_db()
    assert "the address is private" in delivery.error


def resolving(monkeypatch, *addresses):
    """Lets names lead to these addresses, one look-up after the other; returns what was looked up."""
    looked_up, real, left = [], socket.getaddrinfo, list(addresses)

    def getaddrinfo(host, port, *args, **kwargs):
        looked_up.append(host)
        if host == "hooks.example.com":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (left.pop(0), port or 443))]
        if host == "93.184.216.34":
            raise socket.gaierror("there is no network in tests")
        return real(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return looked_up


def test_a_name_that_leads_to_a_private_address_is_refused(monkeypatch):
    resolving(monkeypatch, "10.0.0.1")
    WebhookFactory(url="https://hooks.example.com/")
    delivery = cancel_a_job()
    send_due()
    delivery.refresh_from_db()
    assert "the address is private" in delivery.error


def test_what_was_checked_is_what_is_connected_to(monkeypatch):
    """A name whose second look-up leads inside gains nothing: there is no second look-up."""
    looked_up = resolving(monkeypatch, "93.184.216.34", "127.0.0.1", "127.0.0.1")
    WebhookFactory(url="https://hooks.example.com/")
    cancel_a_job()
    send_due()
    assert looked_up == ["hooks.example.com", "93.184.216.34"]


def test_proxies_of_the_environment_are_not_used(receiver, webhook, monkeypatch):
    with receiving() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        cancel_a_job()
        send_due()
        assert (len(proxy.received), len(receiver.received)) == (0, 1)


def test_a_test_is_sent_at_once_also_to_a_webhook_that_is_not_active(receiver, webhook):
    Webhook.objects.update(active=False)
    answer = send_test(webhook)
    assert (answer.is_good, str(answer)) == (True, "HTTP 204")
    assert receiver.events() == ["webhook.test"]
    assert WebhookDelivery.objects.get().status == "delivered"


def test_a_running_worker_sends_without_being_asked(transactional_db, start_worker, receiver, is_genuine):
    webhook = WebhookFactory(url=receiver.url, events=["job.cancelled"])
    start_worker(WEBHOOKS_ALLOW_PRIVATE="true")
    connection.close()
    cancel_a_job()
    wait_until(lambda: receiver.received)
    assert receiver.events() == ["job.cancelled"]
    assert is_genuine(receiver.received[0].headers["X-Signature"], receiver.received[0].body, webhook.secret)
    wait_until(lambda: WebhookDelivery.objects.filter(status="delivered").exists())
