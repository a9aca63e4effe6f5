"""The desk's addresses, all inside a community."""

from django.urls import path

from guanjia.desk.views import (
    cash_desks,
    household,
    payments,
    receipts,
    reveals,
    runs,
    search,
    tariffs,
    units,
    workbench,
)

app_name = "desk"
urlpatterns = [
    path("", workbench.index, name="workbench"),
    path("search/", search.index, name="search"),
    path("desk/choice/", cash_desks.choose, name="desk-choice"),
    path("units/", units.index, name="units"),
    path("units/<str:key>/", household.charges, name="household"),
    path("units/<str:key>/due/", household.due, name="household-due"),
    path("units/<str:key>/receipts/", household.receipts, name="household-receipts"),
    path("units/<str:key>/file/", household.file, name="household-file"),
    path("units/<str:key>/changes/", household.changes, name="household-changes"),
    path("parties/<int:party_id>/reveals/", reveals.create, name="reveals"),
    path("payments/", payments.create, name="payments"),
    path("receipts/", receipts.index, name="receipts"),
    path("receipts/<int:desk_id>/<int:number>/", receipts.detail, name="receipt"),
    path("receipts/<int:desk_id>/<int:number>/prints/", receipts.prints, name="prints"),
    path("bills/runs/", runs.index, name="runs"),
    path("tariffs/", tariffs.index, name="tariffs"),
    path("tariffs/items/new/", tariffs.new_item, name="tariffs-new-item"),
    path("tariffs/items/<int:item_id>/new/", tariffs.new_tariff, name="tariffs-new"),
    path("tariffs/<int:tariff_id>/new-version/", tariffs.new_version, name="tariffs-new-version"),
]
