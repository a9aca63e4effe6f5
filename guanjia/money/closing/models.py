"""Shifts, what was counted in them, what went to the bank, and the days that were closed."""

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now

from guanjia.accounts.models import CommunityModel, User
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.database.privileges import APPEND_ONLY
from guanjia.money.closing.banknotes import whole
from guanjia.money.closing.states import RequestState, ShiftState
from guanjia.money.ledger.models import ClosedDay, Entry, RequestKey
from guanjia.money.payments.models import Desk


class DrawerRules(CommunityModel):
    """What a community wants of its drawers, in fen.

    A difference up to ``tolerance_fen`` needs no countersignature; ``float_fen`` is what had better stay at night.
    """

    tolerance_fen = models.PositiveIntegerField(default=10_00)
    float_fen = models.PositiveIntegerField(default=500_00)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community"], name="closing_rules_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tolerance_fen} {self.float_fen}"


class Shift(CommunityModel):
    """A drawer in somebody's keeping, from its counted float to its counted end; at most one is open at a desk.

    It belongs to the desk: several cashiers may be in it, each by name, and answer for the drawer together. It
    takes the money of one business day. Its entries are those of the desk's series after ``opened_position``.
    ``book_fen`` is what the books had in the drawer then, ``float_fen`` what was counted; ``opening`` is the entry
    that makes up for a difference. ``draft`` is what was typed of the count and the handover so far, by state.
    """

    db_privileges = ("SELECT", "INSERT", "UPDATE (state, draft)")

    desk = CommunityForeignKey(Desk, related_name="+", db_index=False)
    nth = models.PositiveIntegerField()  # at the desk, from 1
    business_date = models.DateField()
    state = models.CharField(
        max_length=10, choices=ShiftState.choices(), default=ShiftState.OPEN.value
    )
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    opened_position = models.BigIntegerField()
    book_fen = models.BigIntegerField()
    float_fen = models.BigIntegerField()
    notes = models.JSONField()
    reason = models.CharField(max_length=200, blank=True)
    opening = CommunityForeignKey(Entry, null=True, related_name="+", db_index=False)
    countersigned_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )
    draft = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "desk", "nth"], name="closing_shift_nth"),
            models.UniqueConstraint(
                fields=["community", "desk"],
                condition=~models.Q(state=ShiftState.CLOSED.value),
                name="closing_one_open_shift",
            ),
            models.CheckConstraint(
                condition=models.Q(float_fen__gte=0), name="closing_float_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(opening=None, float_fen=models.F("book_fen"))
                | models.Q(opening__isnull=False)
                & ~models.Q(float_fen=models.F("book_fen"))
                & ~models.Q(reason=""),
                name="closing_float_explained",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "business_date"], name="closing_shift_day"),
        ]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.nth}"

    @property
    def pieces(self) -> dict[int, int]:
        """The float by denomination."""
        return whole(self.notes)

    @property
    def is_closed(self) -> bool:
        """Whether it has ended."""
        return self.state == ShiftState.CLOSED


class ShiftCashier(CommunityModel):
    """Somebody in a shift, since when."""

    db_privileges = APPEND_ONLY

    shift = CommunityForeignKey(Shift, related_name="cashiers", db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    joined_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "shift", "user"], name="closing_cashier_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shift_id} {self.user_id}"


class Count(CommunityModel):
    """One counting of the drawer, as it was typed before anybody saw what should be there; every one is kept."""

    db_privileges = APPEND_ONLY

    shift = CommunityForeignKey(Shift, related_name="counts", db_index=False)
    nth = models.PositiveSmallIntegerField()
    notes = models.JSONField()
    counted_fen = models.BigIntegerField()
    expected_fen = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "shift", "nth"], name="closing_count_nth"),
            models.CheckConstraint(
                condition=models.Q(counted_fen__gte=0), name="closing_count_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shift_id}·{self.nth}"

    @property
    def pieces(self) -> dict[int, int]:
        """What was counted, by denomination."""
        return whole(self.notes)

    @property
    def difference_fen(self) -> int:
        """Over (positive) or short."""
        return self.counted_fen - self.expected_fen


class Handover(CommunityModel):
    """The end of a shift, with two names: who hands over, and who takes over or stands witness (交班、接班).

    ``entry`` posts the difference; ``closed_position`` is the chain's last link that belongs to the shift.
    ``slips`` are the totals typed from the card terminal and the codes: method, fen and, where known, fen in the
    books. ``missing_copies`` numbers the voided receipts whose copies could not be shown.
    """

    db_privileges = APPEND_ONLY

    shift = CommunityForeignKey(Shift, related_name="handovers", db_index=False)
    count = CommunityForeignKey(Count, related_name="+", db_index=False)
    closed_position = models.BigIntegerField()
    difference_fen = models.BigIntegerField()
    entry = CommunityForeignKey(Entry, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=200, blank=True)
    slips = models.JSONField(default=list)
    missing_copies = models.JSONField(default=list)
    memo = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    received_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    countersigned = models.BooleanField()  # by the second person, who may approve differences

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "shift"], name="closing_ended_once"),
            models.CheckConstraint(
                condition=~models.Q(by=models.F("received_by")), name="closing_two_names"
            ),
            models.CheckConstraint(
                condition=models.Q(difference_fen=0, entry=None)
                | ~models.Q(difference_fen=0)
                & models.Q(entry__isnull=False)
                & ~models.Q(reason=""),
                name="closing_difference_explained",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shift_id}"


class Deposit(CommunityModel):
    """Cash taken to the bank (缴款单): how much, who carries it, who saw it leave."""

    db_privileges = APPEND_ONLY

    business_date = models.DateField()
    amount_fen = models.BigIntegerField()
    carrier = models.CharField(max_length=60)
    slip = models.CharField(
        max_length=40, blank=True
    )  # the bank's number, where it is known already
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    witness = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    # The press that took it out during a shift; a day's close takes the rest without one, being done once itself.
    request_key = CommunityForeignKey(RequestKey, related_name="+", null=True, db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0), name="closing_deposit_amount"
            ),
            models.UniqueConstraint(
                fields=["community", "request_key"], name="closing_deposit_key"
            ),
            models.CheckConstraint(
                condition=~models.Q(by=models.F("witness")), name="closing_deposit_two_names"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_date} {self.amount_fen}"


class DepositPart(CommunityModel):
    """What a deposit took out of one desk's drawer."""

    db_privileges = APPEND_ONLY

    deposit = CommunityForeignKey(Deposit, related_name="parts", db_index=False)
    desk = CommunityForeignKey(Desk, related_name="+", db_index=False)
    notes = models.JSONField()
    amount_fen = models.BigIntegerField()
    entry = CommunityForeignKey(Entry, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "deposit", "desk"], name="closing_deposit_part_once"
            ),
            models.UniqueConstraint(
                fields=["community", "entry"], name="closing_deposit_part_entry"
            ),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0), name="closing_deposit_part_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deposit_id} {self.desk_id}"

    @property
    def pieces(self) -> dict[int, int]:
        """What was taken, by denomination."""
        return whole(self.notes)


class DayClose(CommunityModel):
    """The closing of a business day (日结), and of the days without a shift before it, from ``first_day`` on.

    ``heads`` are the chains' last links then: series, position, hash in hex.
    """

    db_privileges = APPEND_ONLY

    closed_day = CommunityForeignKey(ClosedDay, related_name="closes", db_index=False)
    first_day = models.DateField()
    deposit = CommunityForeignKey(Deposit, null=True, related_name="+", db_index=False)
    heads = models.JSONField()
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    witness = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "closed_day"], name="closing_day_once"),
            models.CheckConstraint(
                condition=~models.Q(by=models.F("witness")), name="closing_day_two_names"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.closed_day_id}"


class ReopeningRequest(CommunityModel):
    """Somebody asks that a closed day be opened again; somebody else decides."""

    db_privileges = ("SELECT", "INSERT", "UPDATE (state, decided_by_id, decided_at)")

    closed_day = CommunityForeignKey(ClosedDay, related_name="requests", db_index=False)
    reason = models.CharField(max_length=200)
    state = models.CharField(
        max_length=10, choices=RequestState.choices(), default=RequestState.ASKED.value
    )
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "closed_day"],
                condition=models.Q(state=RequestState.ASKED.value),
                name="closing_one_request",
            ),
            models.CheckConstraint(
                condition=models.Q(state=RequestState.ASKED.value, decided_by=None, decided_at=None)
                | ~models.Q(state=RequestState.ASKED.value)
                & models.Q(decided_by__isnull=False, decided_at__isnull=False),
                name="closing_request_decided",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=RequestState.APPROVED.value)
                | ~models.Q(decided_by=models.F("asked_by")),
                name="closing_request_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.closed_day_id} {self.state}"
