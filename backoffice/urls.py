"""Every address of the back office: the admin for staff, `/v2` and `/oauth` for integrators."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("", include("promotions.api.urls")),
]
