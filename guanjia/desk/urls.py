"""The desk's addresses, all inside a community."""

from datetime import date

from django.urls import path, register_converter

from guanjia.desk.views import (
    calendar,
    cash_desks,
    days,
    departments,
    documents,
    household,
    lists,
    parties,
    payments,
    printers,
    receipts,
    residents,
    reveals,
    runs,
    search,
    shifts,
    tariffs,
    teams,
    undo,
    unit_tariffs,
    units,
    upkeep,
    workbench,
)


class Day:
    """A calendar day in an address, as 2026-11-23."""

    regex = r"\d{4}-\d\d-\d\d"

    def to_python(self, value: str) -> date:
        """Read the day; ValueError is 404."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """Write the day."""
        return str(value)


register_converter(Day, "day")

app_name = "desk"
urlpatterns = [
    path("", workbench.home, name="workbench"),
    path("search/", search.index, name="search"),
    path("upkeep/", upkeep.index, name="upkeep"),
    path("upkeep/losses/acknowledgement/", upkeep.acknowledge, name="loss-acknowledgement"),
    path("desk/choice/", cash_desks.choose, name="desk-choice"),
    path("desks/", cash_desks.index, name="desks"),
    path("desks/<int:desk_id>/closing/", cash_desks.closing, name="desk-closing"),
    path("desks/<int:desk_id>/reopening/", cash_desks.reopening, name="desk-reopening"),
    path("lists/<slug:page>/look/", lists.look, name="list-look"),
    path("lists/<slug:page>/filters/", lists.filters, name="list-filters"),
    path("lists/<slug:page>/filters/removal/", lists.removal, name="list-filter-removal"),
    path("undo/", undo.create, name="undo"),
    path("printers/", printers.index, name="printers"),
    path("desks/<int:desk_id>/printer/", printers.detail, name="printer"),
    path("desks/<int:desk_id>/printer/offset/", printers.offset, name="printer-offset"),
    path("desks/<int:desk_id>/printer/paper/", printers.paper, name="printer-paper"),
    path("desks/<int:desk_id>/printer/test-page/", printers.test_page, name="printer-test-page"),
    path("desks/<int:desk_id>/printer/sample/", printers.sample, name="printer-sample"),
    path("units/", units.index, name="units"),
    path("units/new/", units.new, name="unit-new"),  # no unit's key has small letters
    path("units/<str:key>/", household.charges, name="household"),
    path("units/<str:key>/due/", household.due, name="household-due"),
    path("units/<str:key>/receipts/", household.receipts, name="household-receipts"),
    path("units/<str:key>/tariffs/", household.tariffs, name="household-tariffs"),
    path("units/<str:key>/tariffs/new/", unit_tariffs.create, name="unit-tariff-new"),
    path(
        "units/<str:key>/tariffs/<int:assigned_id>/end/", unit_tariffs.end, name="unit-tariff-end"
    ),
    path("units/<str:key>/file/", household.file, name="household-file"),
    path("units/<str:key>/changes/", household.changes, name="household-changes"),
    path("parties/<int:party_id>/reveals/", reveals.create, name="reveals"),
    path("payments/", payments.create, name="payments"),
    path("shift/", shifts.mine, name="shift-mine"),
    path("shifts/", shifts.index, name="shifts"),
    path("shifts/<int:shift_id>/", shifts.detail, name="shift"),
    path("shifts/<int:shift_id>/cashiers/", shifts.join, name="shift-cashiers"),
    path("shifts/<int:shift_id>/counting/", shifts.counting, name="shift-counting"),
    path("shifts/<int:shift_id>/resumption/", shifts.resumption, name="shift-resumption"),
    path("shifts/<int:shift_id>/recount/", shifts.recount, name="shift-recount"),
    path("shifts/<int:shift_id>/draft/", shifts.draft, name="shift-draft"),
    path("shifts/<int:shift_id>/count/", shifts.count, name="shift-count"),
    path("shifts/<int:shift_id>/handover/", shifts.handover, name="shift-handover"),
    path("shifts/<int:shift_id>/banking/", shifts.banking, name="shift-banking"),
    path("shifts/<int:shift_id>/sheet/", shifts.sheet, name="shift-sheet"),
    path("days/", days.index, name="days"),
    path("days/closing/", days.closing, name="day-closing"),
    path("days/rules/", days.rules, name="drawer-rules"),
    path("days/sheets/<int:close_id>/", days.sheet, name="day-sheet"),
    path("days/sheets/<int:close_id>/reopening/", days.ask, name="day-reopening"),
    path("days/requests/<int:request_id>/approval/", days.approval, name="reopening-approval"),
    path("days/requests/<int:request_id>/refusal/", days.refusal, name="reopening-refusal"),
    path("days/<day:day>/", days.detail, name="day"),
    path("receipts/", receipts.index, name="receipts"),
    path("receipts/<int:desk_id>/<int:number>/", receipts.detail, name="receipt"),
    path("receipts/<int:desk_id>/<int:number>/prints/", receipts.prints, name="prints"),
    path("receipts/<int:desk_id>/<int:number>/faults/", receipts.faults, name="print-faults"),
    path("bills/runs/", runs.index, name="runs"),
    path("tariffs/", tariffs.index, name="tariffs"),
    path("tariffs/items/new/", tariffs.new_item, name="tariffs-new-item"),
    path("tariffs/items/<int:item_id>/new/", tariffs.new_tariff, name="tariffs-new"),
    path("tariffs/<int:tariff_id>/new-version/", tariffs.new_version, name="tariffs-new-version"),
    path("units/<str:key>/edit/", units.edit, name="unit-edit"),
    path("units/<str:key>/status/", units.status, name="unit-status"),
    path("units/<str:key>/household/", units.household, name="unit-household"),
    path("units/<str:key>/household/exit/", units.household_exit, name="unit-household-exit"),
    path("units/<str:key>/documents/new/", documents.new, name="document-new"),
    path("units/<str:key>/residents/", residents.index, name="residents"),
    path("units/<str:key>/residents/new/", residents.new, name="resident-new"),
    path("units/<str:key>/transfer/", residents.transfer, name="unit-transfer"),
    path("units/<str:key>/handover/", residents.handover, name="unit-handover"),
    path("residents/<int:tenure_id>/end/", residents.end, name="resident-end"),
    path("parties/alike/", residents.alike, name="alike"),
    path("parties/<int:party_id>/", parties.detail, name="party"),
    path("parties/<int:party_id>/edit/", parties.edit, name="party-edit"),
    path("parties/<int:party_id>/merge/", parties.merge_choice, name="party-merge-choice"),
    path("parties/<int:party_id>/merge/<int:other_id>/", parties.merge, name="party-merge"),
    path("parties/<int:party_id>/split/", parties.split, name="party-split"),
    path("teams/", teams.index, name="teams"),
    path("teams/gaps/", teams.gaps, name="team-gaps"),
    path("teams/new/", teams.new, name="patch-new"),
    path("teams/<int:patch_id>/", teams.detail, name="patch"),
    path("teams/<int:patch_id>/managers/", teams.managers, name="patch-managers"),
    path("teams/<int:patch_id>/members/", teams.members, name="patch-members"),
    path("teams/<int:patch_id>/places/", teams.places, name="patch-places"),
    path("teams/<int:patch_id>/exceptions/", teams.exceptions, name="patch-exceptions"),
    path("teams/members/<int:member_id>/end/", teams.member_end, name="patch-member-end"),
    path("teams/places/<int:rule_id>/removal/", teams.place_removal, name="place-removal"),
    path(
        "teams/exceptions/<int:rule_id>/removal/",
        teams.exception_removal,
        name="exception-removal",
    ),
    path("teams/departments/", departments.index, name="departments"),
    path("teams/departments/new/", departments.new, name="department-new"),
    path("teams/departments/<int:department_id>/head/", departments.head, name="department-head"),
    path("teams/departments/posts/new/", departments.new_post, name="post-new"),
    path("teams/staff/new/", departments.new_staff, name="staff-new"),
    path("teams/staff/<int:staff_id>/", departments.staff, name="staff"),
    path(
        "teams/staff/<int:staff_id>/appointments/",
        departments.appointments,
        name="staff-appointments",
    ),
    path("teams/staff/<int:staff_id>/leaving/", departments.leaving, name="staff-leaving"),
    path(
        "teams/appointments/<int:appointment_id>/end/",
        departments.appointment_end,
        name="appointment-end",
    ),
    path("teams/calendar/", calendar.index, name="calendar"),
    path("teams/calendar/<int:year>/", calendar.index, name="calendar-year"),
]
