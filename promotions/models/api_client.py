"""The other systems of the shop that may call the API."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication


class ApiClient(AbstractApplication):
    """An OAuth client that gets its tokens by client credentials. Its name is what stands under "who"."""

    class Access(models.TextChoices):
        READ_WRITE = "read write", _("Read and write")
        READ = "read", _("Read only")

    access = models.CharField(
        max_length=20,
        choices=Access,
        default=Access.READ_WRITE,
        help_text=_("The most that a token of this client may do."),
    )

    class Meta(AbstractApplication.Meta):
        verbose_name = "API client"
        verbose_name_plural = "API clients"
        constraints = [models.UniqueConstraint(fields=["name"], name="api_client_name_unique")]

    def __str__(self) -> str:
        return self.name or self.client_id
