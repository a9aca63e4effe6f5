"""The register's addresses, all inside a community."""

from django.urls import path

from guanjia.onboarding.views import exports, imports

app_name = "onboarding"
urlpatterns = [
    path("register/", imports.index, name="imports"),
    path("register/template/", exports.template, name="template"),
    path("register/exports/", exports.create, name="exports"),
    path("register/imports/<int:import_id>/", imports.detail, name="import"),
    path("register/imports/<int:import_id>/columns/", imports.columns, name="columns"),
    path("register/imports/<int:import_id>/confirmation/", imports.confirmation, name="confirm"),
    path("register/imports/<int:import_id>/returned/", imports.returned, name="returned"),
]
