"""What staff call the models and their fields, where that is the name in the code.

Said here and not in the models, so that these need not repeat each name; what has another name says it itself.
Migrations do not know it: there names stay the code's.
"""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

FIELDS = {
    "access": _("access"),
    "anonymized": _("anonymized"),
    "automatic": _("automatic"),
    "cancel_reason": _("cancel reason"),
    "cancel_requested_at": _("cancel requested at"),
    "cancelled_by": _("cancelled by"),
    "client_id": _("client id"),
    "code": _("code"),
    "code_length": _("code length"),
    "code_prefix": _("code prefix"),
    "consume_unit": _("consume unit"),
    "created": _("created"),
    "created_at": _("created at"),
    "created_by": _("created by"),
    "customer_email": _("customer email"),
    "customer_id": _("customer id"),
    "description": _("description"),
    "disabled_at": _("disabled at"),
    "enabled": _("enabled"),
    "end": _("end"),
    "error": _("error"),
    "exported": _("exported"),
    "finished_at": _("finished at"),
    "generated": _("generated"),
    "job": _("job"),
    "max_applications_per_cart": _("max applications per cart"),
    "max_discount_value": _("max discount value"),
    "max_uses": _("max uses"),
    "max_uses_per_code": _("max uses per code"),
    "min_cart_value": _("min cart value"),
    "name": _("name"),
    "number_of_codes": _("number of codes"),
    "order_id": _("order id"),
    "promotion": _("promotion"),
    "promotion_type": _("promotion type"),
    "reversed_at": _("reversed at"),
    "reversed_by": _("reversed by"),
    "schema": _("schema"),
    "secret": _("secret"),
    "start": _("start"),
    "started_at": _("started at"),
    "status": _("status"),
    "times_used": _("times used"),
    "updated": _("updated"),
    "updated_at": _("updated at"),
    "updated_by": _("updated by"),
    "used_on": _("used on"),
    "user": _("user"),
    "webhook": _("webhook"),
}
MODELS = {
    "apiclient": (_("API client"), _("API clients")),
    "job": (_("job"), _("jobs")),
    "promotion": (_("promotion"), _("promotions")),
    "promotioncode": (_("code"), _("codes")),
    "usage": (_("usage"), _("usages")),
    "webhook": (_("webhook"), _("webhooks")),
    "webhookdelivery": (_("webhook delivery"), _("webhook deliveries")),
}


def name(kinds: Iterable[type[models.Model]]) -> None:
    """Give these models and their fields their names in the language that holds when they are shown."""
    for kind in kinds:
        meta = kind._meta
        if meta.model_name in MODELS:
            meta.verbose_name, meta.verbose_name_plural = MODELS[meta.model_name]
        for field in meta.local_fields:
            # Only what the model itself has left to be named after the code.
            if field.name in FIELDS and str(field.verbose_name).lower() == field.name.replace("_", " "):
                field.verbose_name = FIELDS[field.name]
