"""Every address of the back office: the admin for staff, `/v2`, `/oauth`, `/schema/` and `/docs/` for integrators."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from promotions.api.views.schema import Docs, Schema

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/language/", set_language, name="set_language"),
    path("admin/", admin.site.urls),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Docs.as_view(), name="docs"),
    path("", include("promotions.api.urls")),
]

handler500 = "backoffice.middleware.server_error"
