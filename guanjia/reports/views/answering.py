"""Answering with a report: on screen, as a workbook, as PDF."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from guanjia.accounts.permits import StaffRequest
from guanjia.core.workbook import workbook_response
from guanjia.records.actions import journal
from guanjia.reports import carrying
from guanjia.reports.sheet import Row, Sheet


def answer(
    request: StaffRequest, form: BaseForm, read: Callable[[], Sheet], *, rows: str = ""
) -> HttpResponseBase:
    """Show the report; a POST carries it out of the house, which leaves a trace.

    ``rows`` is the route of the report that tells the rows behind a figure.
    """
    sheet, community = read(), request.standing.community
    if request.method == "POST":
        return carried(request, sheet)
    if rows:
        base = reverse(rows, args=[community.code])
        sheet = replace(sheet, rows=[_led(row, base) for row in sheet.rows])
    context = {"sheet": sheet, "form": form, "route": request.resolver_match.view_name}  # type: ignore[union-attr]  # a matched request
    return render(request, "reports/sheet.html", context)


def _led(row: Row, base: str) -> Row:
    if row.query is None:
        return row
    return replace(row, url=f"{base}?{urlencode({k: v for k, v in row.query.items() if v != ''})}")


def carried(request: StaffRequest, sheet: Sheet) -> HttpResponseBase:
    """Carry the report out as what the form asks for, which leaves a trace."""
    community, now = request.standing.community, timezone.now()
    form = "pdf" if request.POST.get("format") == "pdf" else "xlsx"
    journal(
        community=community,
        by=request.user,
        at=now,
        action="report.export",
        subject=community,
        after={"title": sheet.title, "scope": sheet.scope, "format": form, "rows": len(sheet.rows)},
    )
    name = f"{community.name}-{sheet.title}-{sheet.scope}"
    if form == "xlsx":
        return workbook_response(carrying.workbook(sheet, community), f"{name}.xlsx")
    content = carrying.pdf(sheet, community, by=request.user.name, at=now)
    answer = HttpResponse(content, "application/pdf")
    answer["Content-Disposition"] = 'inline; filename="report.pdf"'
    return answer
