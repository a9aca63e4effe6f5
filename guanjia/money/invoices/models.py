"""Tax invoices (发票) for what receipts took: who asked, which receipts, and what the tax platform issued."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from guanjia.accounts.models import CommunityModel, User
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.database.privileges import APPEND_ONLY
from guanjia.core.sealing.fields import SealedTextField
from guanjia.money.invoices.states import Colour, InvoiceState, TitleKind
from guanjia.money.ledger.models import RequestKey
from guanjia.money.payments.models import Receipt
from guanjia.records.models import Attachment

_S = InvoiceState
_ENDED = [_S.REJECTED, _S.WITHDRAWN]


class Invoice(CommunityModel):
    """An invoice as it was asked for: under which name, for which receipts of one payer, and how far it has come.

    Of a row only its state and how a request ended ever move. While it is asked for or recorded, its receipts are
    taken (``Invoiceable``, by trigger).
    """

    db_privileges = (*APPEND_ONLY, "UPDATE (state, ended_at, ended_by_id, ending)")

    request_key = CommunityForeignKey(RequestKey, related_name="+", db_index=False)
    payer_name = models.CharField(max_length=120)  # whose receipts they are
    title_kind = models.CharField(max_length=12, choices=TitleKind.choices())
    title = models.CharField("抬头", max_length=100)
    tax_number = models.CharField("税号", max_length=18, blank=True)
    send_to = SealedTextField(
        purpose="invoices.send_to"
    )  # a mobile or an e-mail address; may be ""
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=_S.choices(), default=_S.REQUESTED.value)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)  # rejected or withdrawn
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    ending = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "request_key"], name="invoices_key_once"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0) & ~Q(title="") & ~Q(payer_name=""),
                name="invoices_asked_for",
            ),
            models.CheckConstraint(
                condition=Q(title_kind=TitleKind.PERSON, tax_number="")
                | Q(title_kind=TitleKind.ORGANISATION, tax_number__regex="^[0-9A-Z]{18}$"),
                name="invoices_tax_number",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_ENDED, ended_at__isnull=False, ended_by__isnull=False)
                & ~Q(ending="")
                | ~Q(state__in=_ENDED) & Q(ended_at=None, ended_by=None, ending=""),
                name="invoices_ended",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "state", "-id"], name="invoices_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.amount_fen}"


class InvoiceLine(CommunityModel):
    """A receipt that an invoice is for, with all of it that may be invoiced."""

    db_privileges = APPEND_ONLY

    invoice = CommunityForeignKey(Invoice, related_name="lines", db_index=False)
    receipt = CommunityForeignKey(Receipt, related_name="invoice_lines", db_index=False)
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "invoice", "receipt"], name="invoices_line_once"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="invoices_line_amount"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "receipt"], name="invoices_line_receipt"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.receipt_id}"


class Invoiceable(CommunityModel):
    """What of a receipt may be invoiced, and what standing invoices have taken of it, in fen.

    Written by the database alone, with a receipt's first line and with each state that an invoice comes to.
    """

    db_privileges = ("SELECT",)

    receipt = CommunityForeignKey(Receipt, related_name="invoiceables", db_index=False)
    total_fen = models.BigIntegerField()
    claimed_fen = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "receipt"], name="invoices_receipt_once"),
            models.CheckConstraint(
                condition=Q(total_fen__gt=0, claimed_fen__gte=0, claimed_fen__lte=F("total_fen")),
                name="invoices_within_receipt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id} {self.claimed_fen}/{self.total_fen}"


class Document(CommunityModel):
    """What the tax platform issued (数电票), as finance recorded it; never changed: a mistake is red-reversed."""

    db_privileges = APPEND_ONLY

    invoice = CommunityForeignKey(Invoice, related_name="documents", db_index=False)
    colour = models.CharField(max_length=4, choices=Colour.choices())
    number = models.CharField("发票号码", max_length=20)
    issued_on = models.DateField("开票日期")
    amount_fen = models.BigIntegerField()  # with tax; a red one's is negative
    reason = models.CharField(max_length=200, blank=True)  # why it was reversed
    # What the tax platform gave: PDF, OFD or XML.
    attachment = CommunityForeignKey(Attachment, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "number"], name="invoices_number_once"),
            models.UniqueConstraint(
                fields=["community", "invoice", "colour"], name="invoices_document_once"
            ),
            models.CheckConstraint(
                condition=Q(number__regex="^[0-9]{20}$"), name="invoices_number_digits"
            ),
            models.CheckConstraint(
                condition=Q(colour=Colour.BLUE, amount_fen__gt=0, reason="")
                | Q(colour=Colour.RED, amount_fen__lt=0) & ~Q(reason=""),
                name="invoices_document_colour",
            ),
        ]

    def __str__(self) -> str:
        return self.number
