"""What a token may do: at most what its client may."""

from typing import Any

from oauth2_provider.scopes import SettingsScopes

from promotions.models import ApiClient


class ClientScopes(SettingsScopes):
    """The scopes of one client. A client that asks for none gets all that it may have, as Elastic Path's do."""

    def get_available_scopes(
        self, application: ApiClient | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return application.access.split() if application else []

    def get_default_scopes(
        self, application: ApiClient | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return self.get_available_scopes(application)
