"""Deposits held (押金、保证金): money that stays somebody else's until it is given back, and every fen of it moved."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from guanjia.accounts.models import CommunityModel
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.database.privileges import APPEND_ONLY
from guanjia.estate.models import Party, Unit
from guanjia.money.deposits.rules import BEGINS, DRAWS, MovementKind
from guanjia.money.ledger.models import LARGEST_FEN, Entry


class DepositKind(CommunityModel):
    """What a community takes deposits for, such as 装修押金; every community begins with the usual ones (by trigger).

    ``usual_fen`` is offered at the desk and may be typed over. Of a kind that ``needs_completion_check`` nothing is
    given back before the works were looked over (验收).
    """

    db_privileges = ("SELECT", "INSERT", "UPDATE")

    name = models.CharField("名称", max_length=20)
    usual_fen = models.BigIntegerField("通常金额", null=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField("启用", default=True)
    needs_completion_check = models.BooleanField("退还前要验收", default=False, db_default=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "name"], name="deposits_kind_name"),
            models.CheckConstraint(
                condition=Q(usual_fen=None) | Q(usual_fen__gt=0, usual_fen__lte=LARGEST_FEN),
                name="deposits_kind_usual",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class HeldDeposit(CommunityModel):
    """One deposit held for a unit, as its receipt names it: a liability, never income.

    ``entry`` is the one that took it, a payment's or an opening's; ``old_receipt`` the number it came with, before
    the office went live. ``balance_fen`` is moved by the database alone, along with each movement: never below 0,
    never above ``amount_fen`` (L5); so is ``held_fen``, the part of it that refunds asked for, which nothing else uses.
    """

    db_privileges = APPEND_ONLY

    unit = CommunityForeignKey(Unit, related_name="held_deposits", db_index=False)
    kind = CommunityForeignKey(DepositKind, related_name="+", db_index=False)
    # Who gave it, where the register knows them; the receipt's payer by name in any case.
    party = CommunityForeignKey(Party, null=True, related_name="+", db_index=False)
    payer_name = models.CharField(max_length=120)
    reference = models.CharField("用途", max_length=60, blank=True)
    old_receipt = models.CharField("原收据号", max_length=30, blank=True)
    entry = CommunityForeignKey(Entry, related_name="+", db_index=False)
    received_on = models.DateField()
    amount_fen = models.BigIntegerField()
    balance_fen = models.BigIntegerField(db_default=0, editable=False)
    held_fen = models.BigIntegerField(db_default=0, editable=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, amount_fen__lte=LARGEST_FEN),
                name="deposits_amount_sane",
            ),
            models.CheckConstraint(
                condition=Q(
                    held_fen__gte=0,
                    balance_fen__gte=F("held_fen"),
                    balance_fen__lte=F("amount_fen"),
                ),
                name="deposits_balance_sane",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "unit"], name="deposits_of_unit"),
            models.Index(fields=["community", "entry"], name="deposits_of_entry"),
            models.Index(
                fields=["community", "received_on"],
                condition=Q(balance_fen__gt=0),
                name="deposits_held_now",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.balance_fen}"

    @property
    def free_fen(self) -> int:
        """What may be asked back."""
        return self.balance_fen - self.held_fen

    @property
    def drawn_fen(self) -> int:
        """What was given back or taken off it so far."""
        return self.amount_fen - self.balance_fen


class DepositMovement(CommunityModel):
    """What came in (positive) or went out (negative), in fen, why and by which entry."""

    db_privileges = APPEND_ONLY

    held = CommunityForeignKey(HeldDeposit, related_name="movements", db_index=False)
    entry = CommunityForeignKey(Entry, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=MovementKind.choices())
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "held", "entry", "kind"], name="deposits_movement_once"
            ),
            models.UniqueConstraint(
                fields=["community", "held"],
                condition=Q(kind__in=sorted(BEGINS)),
                name="deposits_begun_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=sorted(BEGINS), amount_fen__gt=0)
                | Q(kind__in=sorted(DRAWS), amount_fen__lt=0)
                | Q(kind=MovementKind.REVERSED) & ~Q(amount_fen=0),
                name="deposits_movement_amount",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "entry"], name="deposits_moved_by_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount_fen}"
