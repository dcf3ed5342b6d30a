"""Webhooks in the admin: adding one, its secret, the test, and the log of deliveries."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from promotions.models import Webhook, WebhookDelivery
from promotions.webhooks.send import send_due
from tests.factories import JobFactory, WebhookFactory
from tests.webhooks.receiver import receiving

pytestmark = pytest.mark.django_db

LIST = "/admin/promotions/webhook/"
LOG = "/admin/promotions/webhookdelivery/"
MAY = ["view_webhook", "add_webhook", "change_webhook", "delete_webhook", "view_webhookdelivery"]
FORM = {"url": "https://shop.example.com/hooks", "description": "", "events": ["job.completed"], "active": "on"}


@pytest.fixture
def ann(log_in):
    return log_in(*MAY)


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    with receiving() as one:
        yield one


def given_up(**fields):
    JobFactory().cancel()
    WebhookDelivery.objects.update(status="given_up", attempts=8, error="ReadTimeout: too slow", **fields)
    return WebhookDelivery.objects.latest("pk")


def test_staff_add_a_webhook_which_gets_a_secret_of_its_own(ann):
    answer = ann.post(f"{LIST}add/", FORM | {"events": ["job.completed", "code.redeemed"]})
    webhook = Webhook.objects.get()
    assert answer["Location"] == f"{LIST}{webhook.pk}/change/"
    assert (webhook.url, webhook.events, webhook.active) == (FORM["url"], ["job.completed", "code.redeemed"], True)
    assert webhook.created_by == "ann"
    assert webhook.secret.startswith("whsec_")
    assert len(webhook.secret) > 40


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("http://shop.example.com/", "begins with https://"),
        ("ftp://shop.example.com/", "begins with https://"),
        ("shop.example.com", "begins with https://"),
        ("https://", "begins with https://"),
        ("https://[::1/", "begins with https://"),
        ("https://shop.example.com:99999/", "begins with https://"),
        ("https://shop.example.com:0/", "begins with https://"),
        ("https://ann:secret@shop.example.com/", "neither a user nor a fragment"),  # pragma: allowlist secret
        ("https://shop.example.com/#part", "neither a user nor a fragment"),
    ],
)
def test_an_address_that_nothing_can_be_sent_to_is_refused_beside_its_field(ann, url, text):
    answer = ann.post(f"{LIST}add/", FORM | {"url": url})
    assert text in answer.context["adminform"].form.errors["url"][0]
    assert not Webhook.objects.exists()


def test_plain_http_is_let_in_where_private_addresses_are(ann, settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    ann.post(f"{LIST}add/", FORM | {"url": "http://receiver:8080/hooks"})
    assert Webhook.objects.get().url == "http://receiver:8080/hooks"


@pytest.mark.parametrize("events", [[], ["job.paused"]])
def test_a_webhook_wants_to_hear_of_something_that_there_is(ann, events):
    answer = ann.post(f"{LIST}add/", FORM | {"events": events})
    assert "events" in answer.context["adminform"].form.errors


def test_a_webhook_is_changed_and_switched_off(ann):
    webhook = WebhookFactory()
    page = ann.get(f"{LIST}{webhook.pk}/change/").content.decode()
    assert page.count("checked") >= 6
    ann.post(f"{LIST}{webhook.pk}/change/", FORM | {"active": ""})
    secret = webhook.secret
    webhook.refresh_from_db()
    assert (webhook.events, webhook.active, webhook.secret) == (["job.completed"], False, secret)


def test_the_secret_is_on_no_page_but_its_own_and_every_look_is_logged(ann):
    webhook = WebhookFactory()
    for path in (LIST, f"{LIST}{webhook.pk}/change/"):
        assert webhook.secret not in ann.get(path).content.decode()
    answer = ann.post(f"{LIST}{webhook.pk}/secret/")
    assert webhook.secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    entry = LogEntry.objects.get()
    assert (entry.user.username, entry.change_message) == ("ann", "Secret shown")


def test_a_secret_is_made_anew(ann):
    webhook = WebhookFactory()
    old = webhook.secret
    page = ann.post(f"{LIST}{webhook.pk}/secret/", {"new": "yes"}).content.decode()
    webhook.refresh_from_db()
    assert webhook.secret != old
    assert webhook.secret in page
    assert old not in page


def test_a_test_is_sent_at_once_and_staff_read_how_it_went(ann, receiver, messages_of):
    webhook = WebhookFactory(url=receiver.url)
    answer = ann.post(f"{LIST}{webhook.pk}/test/")
    assert messages_of(answer) == {"success": "The test was delivered: HTTP 204."}
    receiver.status = 503
    answer = ann.post(f"{LIST}{webhook.pk}/test/")
    assert messages_of(answer)["error"] == "The test was not delivered: HTTP 503."
    assert receiver.events() == ["webhook.test"] * 2


@pytest.mark.parametrize("name", ["test", "secret"])
def test_looking_never_sends_and_never_shows(ann, name):
    webhook = WebhookFactory()
    assert ann.get(f"{LIST}{webhook.pk}/{name}/").status_code == 405
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize("name", ["test", "secret"])
def test_who_may_only_look_may_neither_send_nor_see_the_secret(log_in, name):
    webhook = WebhookFactory()
    client = log_in("view_webhook")
    page = client.get(f"{LIST}{webhook.pk}/change/").content.decode()
    assert "job.completed" in page
    assert 'id="posting"' not in page
    assert client.post(f"{LIST}{webhook.pk}/{name}/").status_code == 403
    assert client.post(f"{LIST}0/{name}/").status_code == 403


@pytest.mark.parametrize("path", [f"{LIST}%s/test/", f"{LIST}%s/secret/", f"{LOG}%s/again/"])
def test_a_page_of_another_site_can_post_nothing(path):
    assert Client(enforce_csrf_checks=True).post(path % 1).status_code == 403


def test_a_webhook_that_is_gone_is_said_to_be(ann):
    assert ann.post(f"{LIST}0/test/")["Location"] == "/admin/"


def test_the_log_shows_what_was_told_and_how_it_went(ann):
    WebhookFactory(description="The shop")
    delivery = given_up()
    page = ann.get(LOG).content.decode()
    for text in ("job.cancelled", "The shop", "Given up", "ReadTimeout"):
        assert text in page
    page = ann.get(f"{LOG}{delivery.pk}/change/").content.decode()
    for text in (str(delivery.uuid), "Given up", "ReadTimeout: too slow"):
        assert text in page
    assert "&quot;status&quot;: &quot;cancelled&quot;" in page


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 2),
        ("status__exact=given_up", 1),
        ("status__exact=waiting", 1),
        ("event__exact=job.cancelled", 2),
        ("event__exact=job.failed", 0),
    ],
)
def test_the_log_is_filtered(ann, query, number):
    WebhookFactory()
    given_up()
    JobFactory().cancel()
    assert len(ann.get(f"{LOG}?{query}").context["cl"].result_list) == number


def test_the_log_counts_nothing(ann, django_assert_max_num_queries):
    WebhookFactory()
    given_up()
    with django_assert_max_num_queries(8) as queries:
        ann.get(LOG)
    assert not [query["sql"] for query in queries.captured_queries if "COUNT(*)" in query["sql"]]


def test_a_delivery_is_sent_again_by_its_button(ann, receiver, messages_of):
    WebhookFactory(url=receiver.url)
    delivery = given_up()
    answer = ann.post(f"{LOG}{delivery.pk}/again/")
    assert answer["Location"] == f"{LOG}{delivery.pk}/change/"
    assert messages_of(answer) == {"success": "1 delivery will be sent again."}
    assert send_due() == 1
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("delivered", 1)


def test_deliveries_are_sent_again_from_the_list(ann, receiver, messages_of):
    WebhookFactory(url=receiver.url)
    WebhookFactory(url=receiver.url)
    given_up()
    keys = list(WebhookDelivery.objects.values_list("pk", flat=True))
    answer = ann.post(LOG, {"action": "send_again", "_selected_action": keys})
    assert messages_of(answer) == {"success": "2 deliveries will be sent again."}
    assert send_due() == 2


def test_who_may_not_change_webhooks_sends_nothing_again(log_in):
    WebhookFactory()
    delivery = given_up()
    client = log_in("view_webhookdelivery")
    assert client.get(f"{LOG}{delivery.pk}/again/").status_code == 405
    assert client.post(f"{LOG}{delivery.pk}/again/").status_code == 403
    client.post(LOG, {"action": "send_again", "_selected_action": [delivery.pk]})
    delivery.refresh_from_db()
    assert delivery.status == "given_up"


def test_the_log_can_be_neither_written_nor_deleted(ann):
    WebhookFactory()
    delivery = given_up()
    assert ann.get(f"{LOG}add/").status_code == 403
    assert ann.post(f"{LOG}{delivery.pk}/delete/").status_code == 403
    assert ann.post(f"{LOG}{delivery.pk}/change/", {"event": "x"}).status_code == 403


def test_a_webhook_that_is_deleted_takes_its_log_with_it(ann):
    webhook = WebhookFactory()
    given_up()
    ann.post(f"{LIST}{webhook.pk}/delete/", {"post": "yes"})
    assert not Webhook.objects.exists()
    assert not WebhookDelivery.objects.exists()


def test_the_body_that_is_shown_is_safe_whatever_a_job_is_called(ann):
    WebhookFactory()
    JobFactory(name="<script>alert(1)</script>").cancel()
    delivery = WebhookDelivery.objects.get()
    page = ann.get(f"{LOG}{delivery.pk}/change/").content.decode()
    assert "<script>alert" not in page
    assert json.loads(delivery.body)["data"]["name"] == "<script>alert(1)</script>"
