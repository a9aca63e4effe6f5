"""Taking in an office's opening balances: looking at a workbook, and posting it whole or not at all."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from guanjia.accounts.models import Community, User
from guanjia.core.refusal import Refusal
from guanjia.money.bills.models import Opening
from guanjia.money.opening.actions import post_opening
from guanjia.onboarding.actions import new_import, open_file
from guanjia.onboarding.models import Import
from guanjia.onboarding.opening.examination import Examined, examine
from guanjia.onboarding.states import ImportKind, ImportStatus


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went: what was found, the opening that stands now, whether it is new, or why it stayed out."""

    examined: Examined
    opening: Opening | None = None
    is_new: bool = False
    refusal: Refusal | None = None


def preview(
    *, community: Community, content: bytes, file_name: str, by: User, at: datetime
) -> Import:
    """Look at a workbook and keep it, so that it can be confirmed. Raises Refused."""
    row = new_import(community, content, file_name, kind=ImportKind.OPENING)
    row.report, row.by, row.at = examine(community=community, content=content).report(), by, at
    row.save()
    return row


@transaction.atomic
def confirm(*, row: Import, by: User, at: datetime) -> Outcome:
    """Post a workbook that was previewed; it is compared anew. Raises Refused."""
    outcome = _post(row.community, open_file(row), row.file_name, by, at)
    if outcome.opening is not None:
        row.status, row.report = ImportStatus.DONE, outcome.examined.report()
        row.save(update_fields=["status", "report"])
    return outcome


def import_opening(
    *,
    community: Community,
    content: bytes,
    file_name: str,
    dry_run: bool = False,
    by: User | None,
    at: datetime,
) -> Outcome:
    """Post a workbook, or only look at it. Raises Refused."""
    if dry_run:
        examined = examine(community=community, content=content)
        return Outcome(examined, refusal=_refusal(examined))
    return _post(community, content, file_name, by, at)


def _post(
    community: Community, content: bytes, file_name: str, by: User | None, at: datetime
) -> Outcome:
    examined = examine(community=community, content=content)
    refusal = _refusal(examined)
    if refusal is not None:
        return Outcome(examined, refusal=refusal)
    posted = post_opening(
        community=community, balances=examined.balances, file_name=file_name, by=by, at=at
    )
    return Outcome(examined, posted.opening, posted.is_new)


def _refusal(examined: Examined) -> Refusal | None:
    """Return why nothing of the workbook may be posted."""
    if not examined.bad_rows:
        return None
    return Refusal(f"有 {examined.bad_rows} 行出错，整份没有入账", "改好后重新上传")
