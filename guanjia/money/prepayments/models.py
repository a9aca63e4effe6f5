"""Prepayments (预存): what somebody left for a unit's bills to come, and every fen that went in or out."""

from typing import Any, ClassVar

from django.db import models

from guanjia.accounts.models import CommunityModel
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.database.privileges import APPEND_ONLY
from guanjia.estate.models import Party, Unit
from guanjia.money.ledger.models import LARGEST_FEN, Entry


class Prepayment(CommunityModel):
    """A person's money at a unit: a liability until it settles bills or is given back.

    It stays theirs when the unit changes hands. ``balance_fen`` is moved by the database alone, along with
    each movement, and never falls below 0 (L5).
    """

    db_privileges = APPEND_ONLY

    unit = CommunityForeignKey(Unit, related_name="prepayments", db_index=False)
    # Whose money: who owed the unit's charges when it came. None where the register names no owner.
    party = CommunityForeignKey(Party, null=True, related_name="+", db_index=False)
    balance_fen = models.BigIntegerField(db_default=0, editable=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "unit", "party"],
                nulls_distinct=False,
                name="prepayments_once",
            ),
            models.CheckConstraint(
                condition=models.Q(balance_fen__gte=0, balance_fen__lte=LARGEST_FEN),
                name="prepayments_balance_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.balance_fen}"


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
