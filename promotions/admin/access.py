"""Who may come in: API clients, staff and groups. Tokens and the queue's own rows have no place in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult
from oauth2_provider.models import (
    get_access_token_model,
    get_grant_model,
    get_id_token_model,
    get_refresh_token_model,
)
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from promotions.models import ApiClient

TOKENS = [get_access_token_model(), get_refresh_token_model(), get_id_token_model(), get_grant_model()]

admin.site.unregister([ApiClient, *TOKENS, DBTaskResult, User, Group])


class ApiClientForm(forms.ModelForm):
    class Meta:
        model = ApiClient
        fields = ("name", "access")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" in self.fields:
            # It stands under "who" wherever the client has done something.
            self.fields["name"].required = True


@admin.register(ApiClient)
class ApiClientAdmin(ModelAdmin):
    """Clients are added by `manage.py create_api_client`, which shows the secret once; here it is never seen."""

    form = ApiClientForm
    list_display = ["name", "access", "client_id", "created"]
    when_empty = _("No system calls the API yet: manage.py create_api_client lets one in.")
    search_fields = ["name", "client_id"]
    fields = ["name", "access", "client_id", "created", "updated"]
    readonly_fields = ["client_id", "created", "updated"]
    view_on_site = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(User)
class UserAdmin(BaseUserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin, ModelAdmin):
    pass
