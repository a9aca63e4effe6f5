"""Who may do what for a unit, what its file lacks, and when a tenure may begin or change hands."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from guanjia.core.labelled import Labelled
from guanjia.core.refusal import Refusal
from guanjia.core.text import half_width
from guanjia.core.unit_number import unit_key
from guanjia.estate.states import (
    TITLE_HOLDERS,
    TRANSITIONS,
    Capacity,
    DocumentKind,
    Matter,
    UnitKind,
    UnitStatus,
)


class Holding(Protocol):
    """What the rules read of a tenure; the model's rows have it."""

    capacity: str
    begins_on: date
    ends_on: date | None
    is_debtor: bool
    scope: list[str]


class Verdict(StrEnum):
    """How freely a matter may be done."""

    YES = "yes"
    CHECK = "check"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Permit:
    """One line of the people card: a matter (None: all of them), the verdict, and what to check."""

    matter: Matter | None
    verdict: Verdict
    condition: str = ""

    def __str__(self) -> str:
        name = self.matter.label if self.matter else "全部事项"
        if self.verdict is Verdict.NO:
            return f"{self.condition or name} ✕"
        return f"{name}·{self.condition}" if self.condition else name


_YES, _CHECK, _NO = Verdict.YES, Verdict.CHECK, Verdict.NO


def permits(holding: Holding, documents: Collection[str], today: date) -> tuple[Permit, ...]:
    """Return what this person may do for the unit on ``today``, for the card beside the desk.

    ``documents`` are the kinds on file for this person. A matter that is not named may not be done.
    Sources: REL-R1, REL-N2 (release), CARD-R1, CARD-R2 (cards), a power of attorney's matters and term.
    """
    if not holds_on(holding, today):
        word = "尚未生效" if today < holding.begins_on else "已到期"
        return (Permit(None, _NO, word),)
    match Capacity(holding.capacity):
        case Capacity.HOUSEHOLD_MEMBER:
            return (
                Permit(Matter.PAYMENT, _YES),
                Permit(Matter.REQUEST, _YES),
                Permit(Matter.RELEASE, _CHECK, "须电话业主"),
                Permit(Matter.ACCESS_CARD, _CHECK, "须核身份"),
            )
        case Capacity.TENANT:
            complete = {DocumentKind.LEASE, DocumentKind.ID_COPY} <= set(documents)
            return (
                Permit(Matter.PAYMENT, _YES),
                Permit(Matter.REQUEST, _YES),
                Permit(Matter.RELEASE, _CHECK, "须业主确认"),
                Permit(Matter.ACCESS_CARD, _YES)
                if complete
                else Permit(Matter.ACCESS_CARD, _CHECK, "须租约及身份证复印件"),
            )
        case Capacity.AGENT:
            return tuple(_agent_permits(set(holding.scope)))
        case _:
            return (Permit(None, _YES),)


def _agent_permits(scope: set[str]) -> Iterable[Permit]:
    for matter in Matter:
        if matter in scope:
            by_phone = matter is Matter.RELEASE
            yield Permit(matter, _CHECK, "查委托书并电话业主") if by_phone else Permit(matter, _YES)
    if Matter.ACCESS_CARD not in scope:
        yield Permit(Matter.ACCESS_CARD, _NO)


def holds_on(holding: Holding, day: date) -> bool:
    """Whether ``day`` lies in the period; its last day counts."""
    return holding.begins_on <= day and (holding.ends_on is None or day <= holding.ends_on)


class Fact(Labelled):
    """A thing that a complete unit file tells besides its papers."""

    AREA = "area", "面积"
    OWNER = "owner", "业主"
    PHONE = "phone", "业主电话"
    ID_NUMBER = "id_number", "业主证件号"


@dataclass(frozen=True, slots=True)
class Completeness:
    """How complete a unit file is, in whole percent, and what is missing, by name."""

    percent: int
    missing: tuple[str, ...]


_D = DocumentKind
_DWELLING_FILE = (
    *(_D.HANDOVER_NOTICE, _D.RESIDENT_FORM, _D.COVENANTS, _D.SERVICE_AGREEMENT, _D.ITEM_LIST),
    *(_D.ID_COPY, _D.PAYMENT_PROOF, _D.INSPECTION_SHEET, _D.SIGN_OFF),
)


def needed(kind: UnitKind, status: UnitStatus) -> tuple[Labelled, ...]:
    """Return what the file of such a unit must hold (业主档案: one file per household)."""
    if status is UnitStatus.UNSOLD:
        return (Fact.AREA,)
    if kind in (UnitKind.DWELLING, UnitKind.SHOP):
        lease = (_D.LEASE,) if status is UnitStatus.LET else ()
        return (*Fact, *_DWELLING_FILE, *lease)
    return (Fact.OWNER, Fact.PHONE, _D.TITLE_PROOF)


def completeness(kind: UnitKind, status: UnitStatus, on_file: Collection[str]) -> Completeness:
    """Score a unit file; ``on_file`` holds the facts known and the kinds of paper received."""
    need = needed(kind, status)
    missing = tuple(item.label for item in need if item not in on_file)
    return Completeness((len(need) - len(missing)) * 100 // len(need), missing)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a tenure is to be. ``ends_on`` is its last day; ``scope`` holds a power of attorney's matters."""

    capacity: Capacity
    begins_on: date
    ends_on: date | None = None
    is_debtor: bool = False
    share: Fraction | None = None
    relation: str = ""
    scope: tuple[Matter, ...] = ()
    document_no: str = ""


def may_begin(
    terms: Terms, others: Iterable[Holding], shares: Iterable[Fraction]
) -> Refusal | None:
    """Return why the tenure may not begin, or None.

    ``others`` are the unit's tenures; ``shares`` those of the title held in the same days.
    """
    if terms.ends_on and terms.ends_on < terms.begins_on:
        return Refusal("截止日早于起始日", "请核对起止日期")
    if terms.capacity is Capacity.AGENT and not (terms.scope and terms.ends_on):
        return Refusal("委托书没有写明委托事项或期限", "请按委托书补填事项和截止日")
    if terms.is_debtor and terms.capacity not in TITLE_HOLDERS:
        return Refusal(
            f"{terms.capacity.label}不能登记为缴费责任人", "他人可以代缴，欠费仍记在业主名下"
        )
    if terms.is_debtor and any(o.is_debtor and _overlap(terms, o) for o in others):
        return Refusal("这段时间已有缴费责任人", "换业主请办理过户，首次交付请办理交付")
    if terms.share and sum(shares, terms.share) > 1:
        return Refusal("产权份额合计超过百分之百", "请核对产权证，改正各共有人的份额")
    return None


def may_take_over(held: Iterable[Holding], on: date) -> Refusal | None:
    """Return why title may not pass on ``on``; ``held`` are the tenures that would end the day before."""
    if any(holding.begins_on >= on for holding in held):
        return Refusal("该日或之后已有新的登记", "变更日期须晚于现有登记的起始日，请核对日期")
    return None


def may_change_status(now: UnitStatus, to: UnitStatus) -> Refusal | None:
    """Return why a unit may not go from ``now`` to ``to``."""
    if to in TRANSITIONS[now]:
        return None
    return Refusal(
        f"房屋状态不能由“{now.label}”改为“{to.label}”",
        "可改为" + "、".join(status.label for status in UnitStatus if status in TRANSITIONS[now]),
    )


def _overlap(terms: Terms, other: Holding) -> bool:
    return (other.ends_on is None or terms.begins_on <= other.ends_on) and (
        terms.ends_on is None or other.begins_on <= terms.ends_on
    )


def building_key(name: str) -> str:
    """Return a building's key: what its units' keys begin with (3栋 is 3, A座 is A).

    Raises UnitNumberError for a name that tells no building.
    """
    return unit_key(f"{name}-101").removesuffix("-101")


def plate_key(text: str) -> str:
    """Return a plate's one form: capitals and characters only (示A·6H201 and 示a 6h201 are one)."""
    return "".join(char for char in half_width(text).upper() if char.isalnum())
