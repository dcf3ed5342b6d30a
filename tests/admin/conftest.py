"""Clients of the admin, and helpers to read its pages."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from tests.factories import UserFactory

STAFF = ["view_job", "cancel_job", "add_job", "view_promotion", "add_promotion", "change_promotion", "delete_promotion"]


@pytest.fixture
def log_in(db):
    """A client for a new member of staff with these permissions of the app: `log_in("view_job")`."""

    def client_of(*permissions, **options):
        client = Client(**options)
        client.force_login(UserFactory(permissions=permissions, username="ann"))
        return client

    return client_of


@pytest.fixture
def staff(log_in):
    """A client for ann, who may do everything with jobs and promotions."""
    return log_in(*STAFF)


@pytest.fixture
def messages_of():
    """The messages a POST has left, as {level: text}; at most one of each level."""

    def messages(answer):
        found = [(message.level_tag, str(message)) for message in get_messages(answer.wsgi_request)]
        assert len(dict(found)) == len(found)
        return dict(found)

    return messages
