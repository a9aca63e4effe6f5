"""The general ledger: entries whose lines add up to nothing, never changed, never removed (L1–L4, L7, L8)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now

from guanjia.accounts.models import CommunityModel, User
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.database.privileges import APPEND_ONLY
from guanjia.estate.models import Unit
from guanjia.money.ledger.chart import ACCOUNT_NAMES

LARGEST_FEN = 10**15
# What no desk does; one desk's entries are a series of their own, so that desks do not wait for each other.
OFFICE_SERIES, BILLS_SERIES = "office", "bills"
# What the database alone writes, by a trigger that runs as the tables' owner.
WRITTEN_BY_TRIGGER = ("SELECT",)


class EntryKind(models.TextChoices):
    """What caused an entry."""

    BILLS = "bills", "出账"
    PAYMENT = "payment", "收款"
    REVERSAL = "reversal", "红冲"
    ADJUSTMENT = "adjustment", "减免"
    TRANSFER = "transfer", "转户"
    SHIFT = "shift", "交班"
    DEPOSIT = "deposit", "缴存"
    OPENING = "opening", "期初"
    REFUND = "refund", "退款"


class Entry(CommunityModel):
    """The head of one balanced set of lines.

    ``transaction`` is filled in by the database and ties the lines to the transaction that made the head.
    ``series`` names the chain that the entry is linked to: a desk's, or the office's (L10).
    """

    db_privileges = APPEND_ONLY

    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    series = models.CharField(max_length=20, db_default=OFFICE_SERIES)
    business_date = models.DateField()
    posted_at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    transaction = models.BigIntegerField(db_default=0, editable=False)
    reverses = CommunityForeignKey("self", null=True, related_name="reversals", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "reverses"], name="ledger_reversed_once"),
            models.CheckConstraint(
                condition=models.Q(kind=EntryKind.REVERSAL, reverses__isnull=False)
                | (~models.Q(kind=EntryKind.REVERSAL) & models.Q(reverses=None)),
                name="ledger_reversal_names_its_entry",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "business_date"], name="ledger_entry_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.business_date}"


class EntryLine(CommunityModel):
    """One amount on one account: fen, debit positive, credit negative."""

    db_privileges = APPEND_ONLY

    entry = CommunityForeignKey(Entry, related_name="lines", db_index=False)
    account = models.IntegerField(
        choices=[(account.value, name) for account, name in ACCOUNT_NAMES.items()]
    )
    amount_fen = models.BigIntegerField()
    unit = CommunityForeignKey(Unit, null=True, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(amount_fen__gte=-LARGEST_FEN, amount_fen__lte=LARGEST_FEN)
                & ~models.Q(amount_fen=0),
                name="ledger_line_amount",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "entry"], name="ledger_line_entry"),
            models.Index(fields=["community", "account", "unit"], name="ledger_line_account_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount_fen}"


class Link(CommunityModel):
    """An entry's place in its series, and the hash that ties it to all before it (L10).

    Hash = sha256 of the previous hash and the entry with its lines, as ``ledger_link_entries`` spells them.
    """

    db_privileges = WRITTEN_BY_TRIGGER

    series = models.CharField(max_length=20)
    position = models.BigIntegerField()  # from 1, without gaps
    entry = CommunityForeignKey(Entry, related_name="links", db_index=False)
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "series", "position"], name="ledger_link_place"
            ),
            models.UniqueConstraint(fields=["community", "entry"], name="ledger_link_once"),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.position}"


class Head(CommunityModel):
    """The last link of a series: its row is the lock under which the next one is made."""

    db_privileges = WRITTEN_BY_TRIGGER

    series = models.CharField(max_length=20)
    position = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "series"], name="ledger_head_of_series"),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.position}"


class ClosedDay(CommunityModel):
    """A business day whose books are shut: the database refuses further entries on it (L8).

    It is closed while no ``Reopening`` names the row; closed again, it gets another one.
    """

    db_privileges = APPEND_ONLY

    business_date = models.DateField()
    nth = models.PositiveSmallIntegerField(db_default=1, editable=False)  # by trigger
    closed_at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "business_date", "nth"], name="ledger_day_closed_nth"
            ),
        ]

    def __str__(self) -> str:
        return str(self.business_date)


class Reopening(CommunityModel):
    """A closing taken back: one person asked for it, another one approved. The day takes entries again."""

    db_privileges = APPEND_ONLY

    closed_day = CommunityForeignKey(ClosedDay, related_name="reopenings", db_index=False)
    reason = models.CharField(max_length=200)
    reopened_at = models.DateTimeField(db_default=Now())
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "closed_day"], name="ledger_reopened_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(approved_by=models.F("asked_by")),
                name="ledger_reopening_two_people",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="ledger_reopening_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.closed_day_id}"


class RequestKey(CommunityModel):
    """A key the browser made for one press of a button, with a hash of what was asked; kept for ever (L7)."""

    db_privileges = APPEND_ONLY

    scope = models.CharField(max_length=30)
    key = models.UUIDField()
    request_hash = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "scope", "key"], name="ledger_request_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
