"""What webhooks were told of promotions."""

import json

from promotions.models import WebhookDelivery
from promotions.ops import chores


def look():
    """Looks once, as a worker does, and returns what was told since the last time, as (event, name)."""
    chores.tell_starts_and_ends()
    deliveries = WebhookDelivery.objects.order_by("pk")
    found = [(one.event, json.loads(one.body)["data"]["name"]) for one in deliveries]
    deliveries.delete()
    return found
