"""The app's place in Django."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from promotions import tracing


class PromotionsConfig(AppConfig):
    name = "promotions"
    verbose_name = _("Promotions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
            tracing.start()
