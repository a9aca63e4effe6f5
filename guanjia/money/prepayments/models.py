"""Prepayments (预存): what somebody left for a unit's bills to come, and every fen that went in or out."""

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now

from guanjia.accounts.models import CommunityModel, User
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.database.privileges import APPEND_ONLY
from guanjia.estate.models import Party, Unit
from guanjia.money.ledger.models import LARGEST_FEN, Entry, RequestKey


class Prepayment(CommunityModel):
    """A person's money at a unit: a liability until it settles bills or is given back.

    It stays theirs when the unit changes hands. ``balance_fen`` is moved by the database alone, along with
    each movement, and never falls below what is held (L5). ``held_fen`` is the part that refunds asked for and not
    paid yet keep from being used; the database alone moves it, along with each refund's state.
    """

    db_privileges = APPEND_ONLY

    unit = CommunityForeignKey(Unit, related_name="prepayments", db_index=False)
    # Whose money: who owed the unit's charges when it came. None where the register names no owner.
    party = CommunityForeignKey(Party, null=True, related_name="+", db_index=False)
    balance_fen = models.BigIntegerField(db_default=0, editable=False)
    held_fen = models.BigIntegerField(db_default=0, editable=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "unit", "party"],
                nulls_distinct=False,
                name="prepayments_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    held_fen__gte=0,
                    balance_fen__gte=models.F("held_fen"),
                    balance_fen__lte=LARGEST_FEN,
                ),
                name="prepayments_balance_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.balance_fen}"

    @property
    def free_fen(self) -> int:
        """What of it may be used, moved or asked back."""
        return self.balance_fen - self.held_fen


class Movement(CommunityModel):
    """What went in (positive) or out (negative), in fen, by which entry."""

    db_privileges = APPEND_ONLY

    prepayment = CommunityForeignKey(Prepayment, related_name="movements", db_index=False)
    entry = CommunityForeignKey(Entry, related_name="+", db_index=False)
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "prepayment", "entry"], name="prepayments_movement_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(amount_fen=0), name="prepayments_movement_amount"
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "entry"], name="prepayments_of_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.prepayment_id} {self.amount_fen}"


class Transfer(CommunityModel):
    """Money moved to another unit of the household, or of the same payer: why, by whom, at one press."""

    db_privileges = APPEND_ONLY

    source = CommunityForeignKey(Prepayment, related_name="+", db_index=False)
    target = CommunityForeignKey(Prepayment, related_name="+", db_index=False)
    entry = CommunityForeignKey(Entry, related_name="+", db_index=False)
    request_key = CommunityForeignKey(RequestKey, related_name="+", db_index=False)
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "entry"], name="prepayments_transfer_entry"
            ),
            models.UniqueConstraint(
                fields=["community", "request_key"], name="prepayments_transfer_key"
            ),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0)
                & ~models.Q(reason="")
                & ~models.Q(source=models.F("target")),
                name="prepayments_transfer_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.target_id} {self.amount_fen}"
