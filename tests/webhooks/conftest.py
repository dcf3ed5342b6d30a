"""Where webhooks send to in the tests."""

import pytest

from tests.factories import WebhookFactory
from tests.webhooks.receiver import receiving


@pytest.fixture
def receiver(settings):
    """A receiver on this machine, which webhooks may reach."""
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    with receiving() as one:
        yield one


@pytest.fixture
def webhook(receiver, db):
    """A webhook that sends everything to the receiver."""
    return WebhookFactory(url=receiver.url)
