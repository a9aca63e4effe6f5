"""Payments taken at a desk, what they settled, and their numbered receipts."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from guanjia.accounts.models import CommunityModel, User
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.database.privileges import APPEND_ONLY
from guanjia.estate.models import Unit
from guanjia.money.bills.models import Bill
from guanjia.money.ledger.models import Entry, RequestKey
from guanjia.money.payments.rules import (
    BY_REFERENCE,
    FARTHEST,
    FEW_FORMS,
    Method,
    PrintFault,
    ReversalKind,
)


class Desk(CommunityModel):
    """A place where money is taken; its receipts are one series, like a receipt book handed to it (L6)."""

    name = models.CharField("收银台", max_length=30)
    prefix = models.CharField("收据字头", max_length=6, blank=True)
    # The book handed over begins here; what the office used before is not ours to number.
    first_number = models.PositiveIntegerField("首号", default=1)
    last_number = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField("启用", default=True)
    # The open shift: who is in it and its business day. See ``drawer``.
    cashiers = ArrayField(models.BigIntegerField(), default=list, editable=False)
    shift_day = models.DateField(null=True, editable=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "name"], name="payments_desk_name"),
            models.UniqueConstraint(fields=["community", "prefix"], name="payments_desk_prefix"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def series(self) -> str:
        """The name of its chain in the ledger (L10)."""
        return f"desk {self.pk}"


class Payment(CommunityModel):
    """Money taken at one press of the button: for bills of one household, for bills to come, for deposits."""

    db_privileges = APPEND_ONLY

    desk = CommunityForeignKey(Desk, related_name="+", db_index=False)
    unit = CommunityForeignKey(Unit, related_name="+", db_index=False)
    request_key = CommunityForeignKey(RequestKey, related_name="+", db_index=False)
    entry = CommunityForeignKey(Entry, related_name="+", db_index=False)
    amount_fen = models.BigIntegerField()
    prepaid_fen = models.BigIntegerField(db_default=0)  # the part of it left for bills to come
    deposit_fen = models.BigIntegerField(db_default=0)  # the part of it held as deposits
    payer_name = models.CharField(max_length=120)
    payer_capacity = models.CharField(max_length=20)
    business_date = models.DateField()
    received_on = models.DateField(null=True)  # when a transfer had arrived; None is on the day
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "request_key"], name="payments_key_once"),
            models.UniqueConstraint(fields=["community", "entry"], name="payments_entry_once"),
            models.CheckConstraint(
                condition=models.Q(
                    amount_fen__gt=0,
                    prepaid_fen__gte=0,
                    deposit_fen__gte=0,
                    amount_fen__gte=F("prepaid_fen") + F("deposit_fen"),
                ),
                name="payments_amount_sane",
            ),
            models.CheckConstraint(
                condition=models.Q(received_on=None) | models.Q(received_on__lt=F("business_date")),
                name="payments_received_before",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "unit", "id"], name="payments_of_unit"),
            models.Index(fields=["community", "business_date", "desk"], name="payments_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.amount_fen}"


class Part(CommunityModel):
    """What came by one method; most payments have one part."""

    db_privileges = APPEND_ONLY

    payment = CommunityForeignKey(Payment, related_name="parts", db_index=False)
    method = models.CharField(max_length=12, choices=Method.choices())
    amount_fen = models.BigIntegerField()
    tendered_fen = models.BigIntegerField(null=True)  # cash handed over
    reference = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0)
                & (models.Q(tendered_fen=None) | models.Q(tendered_fen__gte=F("amount_fen"))),
                name="payments_part_amount",
            ),
            models.CheckConstraint(
                condition=models.Q(method=Method.CASH, tendered_fen__isnull=False, reference="")
                | models.Q(method=Method.PREPAYMENT, tendered_fen=None, reference="")
                | models.Q(method__in=sorted(BY_REFERENCE), tendered_fen=None)
                & ~models.Q(reference=""),
                name="payments_part_evidence",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "payment"], name="payments_part_of"),
            models.Index(
                fields=["community", "method", "reference"],
                condition=~models.Q(reference=""),
                name="payments_part_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.amount_fen}"

    @property
    def change_fen(self) -> int:
        """Cash to hand back."""
        return (self.tendered_fen or self.amount_fen) - self.amount_fen


class Allocation(CommunityModel):
    """The part of a payment that settled a bill; negative where a reversal took it back."""

    db_privileges = APPEND_ONLY

    payment = CommunityForeignKey(Payment, related_name="allocations", db_index=False)
    bill = CommunityForeignKey(Bill, related_name="allocations", db_index=False)
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "payment", "bill"],
                condition=models.Q(amount_fen__gt=0),
                name="payments_allocation_once",
            ),
            models.UniqueConstraint(
                fields=["community", "payment", "bill"],
                condition=models.Q(amount_fen__lt=0),
                name="payments_allocation_back_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(amount_fen=0), name="payments_allocation_amount"
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "bill"], name="payments_allocation_bill"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.bill_id}"


class Receipt(CommunityModel):
    """The numbered proof of a payment (FEE-R2, FEE-N1): no money is posted without one."""

    db_privileges = APPEND_ONLY

    desk = CommunityForeignKey(Desk, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    payment = CommunityForeignKey(Payment, related_name="receipts", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "desk", "number"], name="payments_receipt_number"
            ),
            models.UniqueConstraint(fields=["community", "payment"], name="payments_receipt_once"),
        ]

    # Whether it was written down outside the database when it was issued here and now.
    is_witnessed = True

    def __str__(self) -> str:
        return f"{self.number:07}"

    @property
    def full_number(self) -> str:
        """The number as printed, with its series' letters; the desk must be loaded."""
        return f"{self.desk.prefix}{self.number:07}"


class Reversal(CommunityModel):
    """A receipt taken back: its number stays, its money goes back, what it settled is owed again.

    ``kind`` void (作废) on its own business day, red (红冲) later. ``copy_missing`` says why the customer's copy
    did not come back; it is empty where it did.
    """

    db_privileges = APPEND_ONLY

    payment = CommunityForeignKey(Payment, related_name="reversals", db_index=False)
    kind = models.CharField(max_length=8, choices=ReversalKind.choices())
    desk = CommunityForeignKey(Desk, related_name="+", db_index=False)  # where the money went out
    entry = CommunityForeignKey(Entry, related_name="+", db_index=False)
    reason = models.CharField(max_length=200)
    copy_missing = models.CharField(max_length=200, blank=True, db_default="")
    business_date = models.DateField()
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "payment"], name="payments_reversed_once"),
            models.UniqueConstraint(fields=["community", "entry"], name="payments_reversal_entry"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="payments_reversal_reason"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "business_date"], name="payments_reversals_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.payment_id}"

    @property
    def copies(self) -> str:
        """Which copies there are to show at the end of the shift."""
        return "存根" if self.copy_missing else "两联"

    @property
    def told(self) -> str:
        """The reason, and why the customer's copy is not among the copies."""
        missing = f"客户联没有收回：{self.copy_missing}" if self.copy_missing else ""
        return "；".join(filter(None, (self.reason, missing)))


class LostReceipt(CommunityModel):
    """A number that was issued and whose receipt the books have lost: it accounts for the gap (L6, L10)."""

    db_privileges = APPEND_ONLY

    desk = CommunityForeignKey(Desk, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    hash = models.BinaryField(max_length=32)  # of its link, as the witness knows it
    issued_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "desk", "number"], name="payments_lost_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number:07}"


class ReceiptPrint(CommunityModel):
    """A time the receipt was put on paper; the sheet says which time it was."""

    db_privileges = APPEND_ONLY

    receipt = CommunityForeignKey(Receipt, related_name="prints", db_index=False)
    nth = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "receipt", "nth"], name="payments_print_nth"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id}·{self.nth}"


class DeskPrinter(CommunityModel):
    """The printer at a desk: how far its paper lies off, and how many three-part forms are left in it.

    It stands on the desk, not in the browser: a desk is a place with one printer, whoever sits there and whichever
    computer stands there next, and its forms are counted where its printings are.
    """

    db_privileges = ("SELECT", "INSERT", "UPDATE")

    desk = CommunityForeignKey(Desk, related_name="printers", db_index=False)
    # Tenths of a millimetre that the print is moved to the right and down.
    dx = models.SmallIntegerField(default=0)
    dy = models.SmallIntegerField(default=0)
    forms_left = models.PositiveIntegerField(
        null=True
    )  # null: nobody has said how many were loaded

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "desk"], name="payments_printer_once"),
            models.CheckConstraint(
                condition=models.Q(dx__range=(-FARTHEST, FARTHEST))
                & models.Q(dy__range=(-FARTHEST, FARTHEST)),
                name="payments_printer_offset",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.dx}/{self.dy}"

    @property
    def offset(self) -> tuple[float, float]:
        """How far the print is moved, in mm."""
        return self.dx / 10, self.dy / 10

    @property
    def is_low(self) -> bool:
        """Whether the three-part forms are nearly used up."""
        return self.forms_left is not None and self.forms_left <= FEW_FORMS


class PrintFailure(CommunityModel):
    """Why a printing gave no usable sheet; it stays counted, and the next one says that it is a reprint."""

    db_privileges = APPEND_ONLY

    printing = CommunityForeignKey(ReceiptPrint, related_name="failures", db_index=False)
    reason = models.CharField(max_length=8, choices=PrintFault.choices())
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "printing"], name="payments_print_failure_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.printing_id} {self.get_reason_display()}"
