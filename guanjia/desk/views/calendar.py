"""The office's calendar: which days are free, which weekends are worked."""

from calendar import Calendar
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.core.calendar import business_date, unannounced_year, year_plan

YEARS = range(2000, 2100)
WEEKDAYS = (_("一"), _("二"), _("三"), _("四"), _("五"), _("六"), _("日"))
_WEEKS = Calendar()


@require_safe
@permits(Permission.TEAM_READ)
def index(request: StaffRequest, year: int | None = None) -> HttpResponse:
    """Show a year, month by month; without a notice only its weekends are free."""
    today = business_date(timezone.now())
    year = year or today.year
    if year not in YEARS:
        raise Http404
    context = {
        "year": year,
        "plan": year_plan(year),
        "months": [(number, _weeks(year, number)) for number in range(1, 13)],
        "weekdays": WEEKDAYS,
        "today": today,
        "unannounced": unannounced_year(today),
    }
    return render(request, "desk/calendar/index.html", context)


def _weeks(year: int, month: int) -> list[list[tuple[date | None, str, str]]]:
    """Return the month's weeks from Monday: the day, its name or mark, and how it is drawn."""
    weeks = _WEEKS.monthdatescalendar(year, month)
    return [[_day(day) if day.month == month else (None, "", "") for day in w] for w in weeks]


def _day(day: date) -> tuple[date, str, str]:
    # New Year's holiday may begin in the December before, so that the coming notice counts too.
    for plan in filter(None, (year_plan(day.year), year_plan(day.year + 1))):
        if day in plan.working_days:
            return day, "班", "worked"
        if day in plan.holidays:
            return day, plan.holidays[day], "free"
    return day, "", "weekend" if day.isoweekday() > 5 else ""  # noqa: PLR2004 - Saturday, Sunday
