"""The reports' addresses, all inside a community."""

from django.urls import path

from guanjia.reports.views import reports

app_name = "reports"
urlpatterns = [
    path("reports/", reports.index, name="index"),
    path("reports/takings/", reports.takings, name="takings"),
    path("reports/takings/receipts/", reports.taking_rows, name="taking-rows"),
    path("reports/balance/", reports.balance, name="balance"),
    path("reports/balance/lines/", reports.account, name="account"),
    path("reports/deposits/", reports.deposits, name="deposits"),
    path("reports/deposits/each/", reports.deposit_rows, name="deposit-rows"),
    path("reports/ageing/", reports.ageing, name="ageing"),
    path("reports/rates/", reports.rates, name="rates"),
    path("reports/bills/", reports.bills, name="bill-rows"),
]
