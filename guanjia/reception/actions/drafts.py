"""Keeping what is half typed. Nothing of it is journalled: it is nobody's decision yet."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from guanjia.accounts.models import Community, User
from guanjia.core.calendar import SHANGHAI
from guanjia.core.refusal import Refusal, Refused
from guanjia.reception.models import Draft, PhoneNote, Visit
from guanjia.reception.rules import LONGEST_DRAFT, is_page
from guanjia.reception.states import CallState, VisitState


@dataclass(frozen=True, slots=True)
class Half:
    """What a page sends of itself: its address inside the community, the version it began from (0: none), JSON."""

    page: str
    version: int
    content: str


@transaction.atomic
def save_draft(
    *, of: Visit | PhoneNote, half: Half, by: User, at: datetime, over: bool = False
) -> Draft:
    """Keep the draft of a visit's page, or of a phone note, and return it with its new version.

    Raises Refused when somebody saved it elsewhere in the meantime (``over`` writes over theirs all the same), or
    when the visit or the call is no longer ``by``'s.
    """
    if not is_page(half.page) or len(half.content) > LONGEST_DRAFT:
        raise Refused(Refusal("草稿太长或页面地址不对，没有保存", "请先办完这一页"))
    of = type(of).objects.select_for_update().get(community=of.community_id, pk=of.pk)
    _must_be_theirs(of, by)
    return write(of, half, by=by, at=at, over=over)


def write(
    of: Visit | PhoneNote, half: Half, *, by: User, at: datetime, over: bool = False
) -> Draft:
    """Keep the draft; the caller holds the row of ``of``. Raises Refused for an older version."""
    key = {"visit": of} if isinstance(of, Visit) else {"note": of}
    here = {"community": of.community, "page": half.page, **key}
    draft = Draft.objects.filter(**here).select_related("saved_by").first()
    if not over and (draft.version if draft else 0) != half.version:
        raise Refused(_changed(draft))
    if draft is None:
        return Draft.objects.create(content=half.content, saved_at=at, saved_by=by, **here)
    draft.content, draft.saved_at, draft.saved_by = half.content, at, by
    draft.version += 1
    draft.save(update_fields=["content", "version", "saved_at", "saved_by"])
    return draft


def forget_draft(*, community: Community, visit_id: int, page: str) -> None:
    """Forget what was half typed on a visit's page: it is done."""
    Draft.objects.filter(community=community, visit=visit_id, page=page).delete()


def _must_be_theirs(of: Visit | PhoneNote, by: User) -> None:
    """Refuse once the visit is over or another clerk's; a held one still takes what was on its way."""
    if isinstance(of, PhoneNote):
        if of.state != CallState.ANSWERED:
            raise Refused(Refusal("这个来电已经记完", "请在接待登记的“来电”里查看"))
    elif of.state == VisitState.FINISHED:
        raise Refused(Refusal("这次接待已经完成，草稿不再保存", "请按 F2 新开一次接待"))
    elif of.state == VisitState.ACTIVE and of.owner_id != by.pk:
        raise Refused(Refusal(f"{of.owner}已在另一处接手这次接待", "请在那里继续办理"))


def _changed(draft: Draft | None) -> Refusal:
    if draft is None:
        return Refusal("这一页已在另一处办完或作废", "请重新打开这一页")
    when = f"{draft.saved_at.astimezone(SHANGHAI):%H:%M:%S}"
    return Refusal(
        f"{draft.saved_by}在 {when} 从另一处改过这份草稿", "请选用那一份，或保留您这一份"
    )
