"""Refunds of what somebody left with the office, what is deducted of them, and the numbered vouchers they are paid on."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from guanjia.accounts.models import CommunityModel, User
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.database.privileges import APPEND_ONLY
from guanjia.core.sealing.fields import SealedTextField
from guanjia.estate.models import Unit
from guanjia.money.deposits.models import HeldDeposit
from guanjia.money.ledger.models import Entry, RequestKey
from guanjia.money.payments.models import Desk
from guanjia.money.payments.rules import Method
from guanjia.money.prepayments.models import Prepayment
from guanjia.money.refunds.rules import WAYS
from guanjia.money.refunds.states import Evidence, RefundState
from guanjia.money.tariffs.models import ChargeItem
from guanjia.records.models import Attachment

_METHODS = [(way.value, way.label) for way in WAYS]
_S = RefundState


class Refund(CommunityModel):
    """Money asked back, of a prepayment or of a deposit: what it rests on, who asked, who decided, how far it has come.

    ``amount_fen`` is what it takes of them, ``deducted_fen`` the part of a deposit that the office keeps; the rest is
    paid. Of a row only its state, its decision and its withdrawal ever move. While it is asked for or approved, its
    money is held (``held_fen`` of either, by trigger).
    """

    db_privileges = (
        *APPEND_ONLY,
        "UPDATE (state, decided_by_id, decided_at, decision, withdrawn_by_id, withdrawn_at, withdrawal)",
    )

    prepayment = CommunityForeignKey(Prepayment, null=True, related_name="refunds", db_index=False)
    deposit = CommunityForeignKey(HeldDeposit, null=True, related_name="refunds", db_index=False)
    request_key = CommunityForeignKey(RequestKey, related_name="+", db_index=False)
    amount_fen = models.BigIntegerField()
    deducted_fen = models.BigIntegerField(db_default=0)
    # What the payer agreed to the deductions on: which paper, and its scan where there is one.
    consent = models.CharField(max_length=200, blank=True, db_default="")
    consent_scan = CommunityForeignKey(Attachment, null=True, related_name="+", db_index=False)
    # When the works were looked over, and on which paper.
    checked_on = models.DateField(null=True)
    check_paper = models.CharField(max_length=60, blank=True, db_default="")
    method = models.CharField(max_length=12, choices=_METHODS)
    reason = models.CharField(max_length=200)
    payee_name = models.CharField(max_length=120)
    payee_is_owner = models.BooleanField()  # who left the money receives it in person
    payee_why = models.CharField(max_length=200, blank=True)  # why somebody else does
    identity_tail = models.CharField(max_length=4, blank=True)  # of the document that was seen
    evidence = models.CharField(max_length=10, choices=Evidence.choices())
    receipts = models.CharField(max_length=200, blank=True)  # the numbers handed back
    loss = models.CharField(max_length=200, blank=True)  # how the receipt was lost, as declared
    # Where a transfer goes: bank and account number.
    account = SealedTextField(purpose="refunds.account", null=True)
    state = models.CharField(max_length=10, choices=_S.choices(), default=_S.REQUESTED.value)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )
    decision = models.CharField(max_length=200, blank=True, db_default="")  # why it was refused
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )
    withdrawal = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "request_key"], name="refunds_key_once"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0) & ~Q(reason="") & ~Q(payee_name=""),
                name="refunds_asked_for",
            ),
            models.CheckConstraint(
                condition=Q(prepayment__isnull=False, deposit=None, deducted_fen=0, checked_on=None)
                | Q(prepayment=None, deposit__isnull=False),
                name="refunds_of_one_source",
            ),
            models.CheckConstraint(
                condition=Q(deducted_fen=0, consent="", consent_scan=None)
                | Q(deducted_fen__gt=0, deducted_fen__lte=F("amount_fen")) & ~Q(consent=""),
                name="refunds_deductions_agreed",
            ),
            models.CheckConstraint(
                condition=Q(checked_on=None, check_paper="")
                | Q(checked_on__isnull=False) & ~Q(check_paper=""),
                name="refunds_check_on_paper",
            ),
            models.CheckConstraint(
                condition=Q(method=Method.CASH, account=None)
                | Q(method=Method.TRANSFER, account__isnull=False),
                name="refunds_account_of_transfer",
            ),
            models.CheckConstraint(
                condition=Q(payee_is_owner=True) | ~Q(payee_why="") & ~Q(identity_tail=""),
                name="refunds_payee_known",
            ),
            models.CheckConstraint(
                condition=Q(evidence=Evidence.RECEIPT) & ~Q(receipts="")
                | Q(evidence=Evidence.LOSS, payee_is_owner=True)
                & ~Q(loss="")
                & ~Q(identity_tail=""),
                name="refunds_evidence",
            ),
            models.CheckConstraint(
                condition=Q(state=_S.REQUESTED, decided_by=None, decided_at=None)
                | Q(state=_S.WITHDRAWN, decided_by=None, decided_at=None)
                | Q(state__in=[_S.APPROVED, _S.PAID, _S.REFUSED, _S.WITHDRAWN])
                & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="refunds_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
                name="refunds_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state=_S.REFUSED) | ~Q(decision=""), name="refunds_refusal_told"
            ),
            models.CheckConstraint(
                condition=Q(state=_S.WITHDRAWN, withdrawn_by__isnull=False)
                & Q(withdrawn_at__isnull=False)
                & ~Q(withdrawal="")
                | ~Q(state=_S.WITHDRAWN) & Q(withdrawn_by=None, withdrawn_at=None, withdrawal=""),
                name="refunds_withdrawn",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "prepayment"], name="refunds_of_prepayment"),
            models.Index(fields=["community", "deposit"], name="refunds_of_deposit"),
            models.Index(
                fields=["community", "state"],
                condition=Q(state__in=[_S.REQUESTED, _S.APPROVED]),
                name="refunds_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payee_name} {self.amount_fen}"

    @property
    def source(self) -> Prepayment | HeldDeposit:
        """Whose money it is: a prepayment or a deposit."""
        found: Prepayment | HeldDeposit = self.deposit or self.prepayment
        return found

    @property
    def what(self) -> str:
        """What is given back, in words."""
        return str(self.deposit.kind) if self.deposit else "预存"

    @property
    def unit(self) -> Unit:
        """The unit that it was left for."""
        unit: Unit = self.source.unit
        return unit

    @property
    def out_fen(self) -> int:
        """What goes out."""
        return self.amount_fen - self.deducted_fen


class Deduction(CommunityModel):
    """A line of what the office keeps of a deposit: for which item, how much in fen, and why."""

    db_privileges = APPEND_ONLY

    refund = CommunityForeignKey(Refund, related_name="deductions", db_index=False)
    item = CommunityForeignKey(ChargeItem, related_name="+", db_index=False)
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=100)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0) & ~Q(reason=""), name="refunds_deduction_sane"
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "refund"], name="refunds_deductions"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.amount_fen}"


class Voucher(CommunityModel):
    """The numbered proof that a refund was paid (退款凭证), in cash at a desk or by a transfer with its reference.

    ``amount_fen`` is what went out: nothing where all of a deposit was deducted.
    """

    db_privileges = APPEND_ONLY

    refund = CommunityForeignKey(Refund, related_name="vouchers", db_index=False)
    number = models.PositiveIntegerField()  # from 1 in the community, without gaps
    desk = CommunityForeignKey(Desk, null=True, related_name="+", db_index=False)
    reference = models.CharField(max_length=64, blank=True)
    request_key = CommunityForeignKey(RequestKey, related_name="+", db_index=False)
    entry = CommunityForeignKey(Entry, related_name="+", db_index=False)
    amount_fen = models.BigIntegerField()
    business_date = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "refund"], name="refunds_paid_once"),
            models.UniqueConstraint(fields=["community", "number"], name="refunds_voucher_number"),
            models.UniqueConstraint(fields=["community", "entry"], name="refunds_voucher_entry"),
            models.UniqueConstraint(
                fields=["community", "request_key"], name="refunds_voucher_key"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="refunds_voucher_amount"),
            models.CheckConstraint(
                condition=Q(desk__isnull=False, reference="") | Q(desk=None) & ~Q(reference=""),
                name="refunds_voucher_way",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "business_date"], name="refunds_vouchers_of_day"),
        ]

    def __str__(self) -> str:
        return self.full_number

    @property
    def full_number(self) -> str:
        """The number as printed."""
        return f"T{self.number:06}"

    @property
    def method(self) -> Method:
        """How it was paid."""
        return Method.CASH if self.desk_id else Method.TRANSFER
