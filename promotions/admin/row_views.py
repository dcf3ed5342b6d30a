"""Addresses of an admin's own for one row, each for who may see the row and has the permissions for it."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin

RowView = Callable[[HttpRequest, Any], HttpResponse]


class RowViews(ModelAdmin):
    """An admin with such addresses."""

    def at(self, name: str, view: RowView, *permissions: str, method: str = "") -> URLPattern:
        """The address `name` of a row, for who may see it and has these permissions; `method` is the only one that it
        answers, if given."""

        def checked(request: HttpRequest, object_id: str) -> HttpResponse:
            if method and request.method != method:
                return HttpResponseNotAllowed([method])
            return self.checked(request, object_id, view, *permissions)

        url_name = f"{self.opts.app_label}_{self.opts.model_name}_{name.replace('/', '_')}"
        return path(f"<path:object_id>/{name}/", self.admin_site.admin_view(checked), name=url_name)

    def checked(self, request: HttpRequest, object_id: str, view: RowView, *permissions: str) -> HttpResponse:
        """What `view` answers, once it is clear that the row is there and the user may do this with it."""
        row = self.get_object(request, unquote(object_id))
        if not (self.has_view_permission(request, row) and request.user.has_perms(permissions)):
            raise PermissionDenied
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return view(request, row)
