"""The register's addresses, all inside a community."""

from django.urls import path

from guanjia.onboarding.views import exports, imports, opening_files, openings

app_name = "onboarding"
urlpatterns = [
    path("register/", imports.index, name="imports"),
    path("register/template/", exports.template, name="template"),
    path("register/exports/", exports.create, name="exports"),
    path("register/opening/", openings.index, name="openings"),
    path("register/opening/template/", opening_files.template, name="opening-template"),
    path("register/opening/files/", opening_files.create, name="opening-files"),
    path("register/opening/files/<int:import_id>/", opening_files.detail, name="opening-file"),
    path(
        "register/opening/files/<int:import_id>/confirmation/",
        opening_files.confirmation,
        name="opening-confirm",
    ),
    path(
        "register/opening/files/<int:import_id>/returned/",
        opening_files.returned,
        name="opening-returned",
    ),
    path("register/opening/<int:opening_id>/", openings.detail, name="opening"),
    path("register/opening/<int:opening_id>/sheet/", openings.sheet, name="opening-sheet"),
    path("register/opening/<int:opening_id>/signatures/", openings.sign, name="opening-sign"),
    path(
        "register/opening/<int:opening_id>/withdrawal/", openings.withdraw, name="opening-withdraw"
    ),
    path("register/imports/<int:import_id>/", imports.detail, name="import"),
    path("register/imports/<int:import_id>/columns/", imports.columns, name="columns"),
    path("register/imports/<int:import_id>/confirmation/", imports.confirmation, name="confirm"),
    path("register/imports/<int:import_id>/returned/", imports.returned, name="returned"),
]
