"""Visits with their identity checks and drafts; phone notes."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from guanjia.accounts.models import CommunityModel, User
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.database.privileges import APPEND_ONLY
from guanjia.core.identity import mask_phone
from guanjia.core.sealing.fields import BlindIndexField, SealedTextField
from guanjia.estate.models import Tenure, Unit
from guanjia.estate.states import Capacity
from guanjia.reception.states import CallState, Check, Purpose, Step, VisitState

_KEPT = (*APPEND_ONLY, "UPDATE")


class Visit(CommunityModel):
    """Somebody at the desk (接待). At most one is active per clerk, by a partial unique index.

    A finished one is never opened again (trigger).
    """

    db_privileges = _KEPT

    business_date = models.DateField("日期")
    number = models.PositiveIntegerField("序号")  # of the day
    unit = CommunityForeignKey(Unit, null=True, blank=True, related_name="+", db_index=False)
    tenure = CommunityForeignKey(Tenure, null=True, blank=True, related_name="+", db_index=False)
    visitor_name = models.CharField(
        "来访者", max_length=60, blank=True
    )  # of whom is not registered
    capacity = models.CharField("身份", max_length=20, choices=Capacity.choices(), blank=True)
    purposes = ArrayField(
        models.CharField(max_length=20, choices=Purpose.choices()), verbose_name="来意"
    )
    checked_how = models.CharField(
        "核验", max_length=20, choices=Check.choices(), default=Check.NONE
    )
    checked_at = models.DateTimeField(null=True)
    place = models.CharField("柜台", max_length=40, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField("状态", max_length=10, choices=VisitState.choices())
    started_at = models.DateTimeField()
    since = models.DateTimeField()  # in this state
    finished_at = models.DateTimeField(null=True)
    waiting_for = models.CharField("等什么", max_length=60, blank=True)
    page = models.CharField(max_length=200, blank=True)  # where it was left, inside the community

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "business_date", "number"], name="reception_visit_number"
            ),
            models.UniqueConstraint(
                fields=["community", "owner"],
                condition=Q(state=VisitState.ACTIVE),
                name="reception_one_active",
            ),
            models.CheckConstraint(
                condition=Q(state=VisitState.FINISHED, finished_at__isnull=False)
                | Q(state__in=(VisitState.ACTIVE, VisitState.HELD), finished_at=None),
                name="reception_visit_state",
            ),
            models.CheckConstraint(
                condition=Q(checked_how=Check.NONE, checked_at=None)
                | (~Q(checked_how=Check.NONE) & Q(checked_at__isnull=False)),
                name="reception_visit_checked",
            ),
            models.CheckConstraint(
                condition=Q(tenure=None) | Q(visitor_name="", unit__isnull=False),
                name="reception_visit_who",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["community", "since"],
                condition=~Q(state=VisitState.FINISHED),
                name="reception_visit_open",
            ),
            models.Index(fields=["community", "unit", "-started_at"], name="reception_visit_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.business_date} №{self.number}"

    @property
    def who(self) -> str:
        """Return the visitor's name, '' where nobody knows it."""
        return self.tenure.party.name if self.tenure else self.visitor_name

    @property
    def label(self) -> str:
        """Return the unit's number and the visitor's name."""
        number = self.unit.number if self.unit else ""
        return " ".join(filter(None, (number, self.who))) or f"来访者 {self.number} 号"

    @property
    def title(self) -> str:
        """Return what the visitor is to the unit."""
        relation = self.tenure.relation if self.tenure else ""
        return relation or (Capacity(self.capacity).label if self.capacity else "")

    @property
    def purpose_labels(self) -> list[str]:
        """Return what the visitor comes for, in words."""
        return [Purpose(purpose).label for purpose in self.purposes]

    @property
    def is_active(self) -> bool:
        """Whether a clerk attends to it now."""
        return self.state == VisitState.ACTIVE

    @property
    def is_open(self) -> bool:
        """Whether it is not finished."""
        return self.state != VisitState.FINISHED


class IdentityCheck(CommunityModel):
    """One look at who a visitor is: how, when, by whom; with a call, whose number on file was dialled. Append-only."""

    db_privileges = APPEND_ONLY

    visit = CommunityForeignKey(Visit, related_name="checks", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    how = models.CharField(max_length=20, choices=Check.choices())
    called = CommunityForeignKey(Tenure, null=True, related_name="+", db_index=False)
    called_number = models.CharField(max_length=40, blank=True)  # as on file that day, masked
    words = models.CharField("业主的话", max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(how=Check.PHONE, called__isnull=False)
                | (~Q(how=Check.PHONE) & Q(called=None)),
                name="reception_check_called",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "visit", "id"], name="reception_check_visit"),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.how}"


class PhoneNote(CommunityModel):
    """A call and what was noted of it, in the six steps of POST-B2."""

    db_privileges = _KEPT

    business_date = models.DateField("日期")
    number = models.PositiveIntegerField("序号")  # of the day
    state = models.CharField("状态", max_length=10, choices=CallState.choices())
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    visit = CommunityForeignKey(  # held for the call
        Visit, null=True, related_name="notes", db_index=False
    )
    phone = SealedTextField("来电号码", purpose="note.phone", null=True)
    phone_index = BlindIndexField()
    caller_name = models.CharField("对方姓名", max_length=60, blank=True)
    unit = CommunityForeignKey(Unit, null=True, blank=True, related_name="+", db_index=False)
    is_guess = models.BooleanField(default=False)  # the unit follows from the number alone
    about = models.CharField("来意", max_length=500, blank=True)
    steps = ArrayField(models.CharField(max_length=10, choices=Step.choices()), default=list)
    rang_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(null=True)
    callback_by = models.DateTimeField("回电时限", null=True)
    called_back_at = models.DateTimeField(null=True)
    called_back_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )
    outcome = models.CharField("回电结果", max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "business_date", "number"], name="reception_note_number"
            ),
            models.CheckConstraint(
                condition=Q(
                    state=CallState.SAVED, saved_at__isnull=False, answered_at__isnull=False
                )
                | (~Q(state=CallState.SAVED) & Q(saved_at=None, callback_by=None)),
                name="reception_note_saved",
            ),
            models.CheckConstraint(
                condition=Q(called_back_at=None, called_back_by=None)
                | Q(called_back_at__isnull=False, called_back_by__isnull=False),
                name="reception_note_called_back",
            ),
            models.CheckConstraint(
                condition=Q(is_guess=False) | Q(unit__isnull=False), name="reception_note_guess"
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["community", "rang_at"],
                condition=Q(state__in=(CallState.RINGING, CallState.LATER, CallState.ANSWERED)),
                name="reception_note_open",
            ),
            models.Index(
                fields=["community", "callback_by"],
                condition=Q(callback_by__isnull=False, called_back_at=None),
                name="reception_note_callback",
            ),
            models.Index(
                fields=["community", "phone_index", "-rang_at"],
                condition=Q(phone_index__isnull=False),
                name="reception_note_phone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_date} №{self.number}"

    @property
    def masked_phone(self) -> str:
        """Return the number, its middle hidden; '' for an unknown one."""
        return mask_phone(self.phone or "")

    @property
    def left_out(self) -> list[str]:
        """Return the steps that were not taken, in words."""
        return [step.label for step in Step if step not in self.steps]

    @property
    def is_to_be_called_back(self) -> bool:
        """Whether somebody waits for a call."""
        if self.state in (CallState.RINGING, CallState.LATER):
            return True
        return self.callback_by is not None and self.called_back_at is None


class Draft(CommunityModel):
    """What is half typed on a page, sealed: during a visit, one per page; or in a phone note.

    Each saving raises ``version``: whoever saves an older one is told. It decides nothing; what it names is
    looked up again.
    """

    visit = CommunityForeignKey(Visit, null=True, related_name="drafts", db_index=False)
    note = CommunityForeignKey(PhoneNote, null=True, related_name="drafts", db_index=False)
    page = models.CharField(max_length=200)  # its address inside the community
    content = SealedTextField(purpose="draft.content")
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "visit", "page"], name="reception_draft_visit"
            ),
            models.UniqueConstraint(
                fields=["community", "note", "page"], name="reception_draft_note"
            ),
            models.CheckConstraint(
                condition=Q(visit=None, note__isnull=False) | Q(visit__isnull=False, note=None),
                name="reception_draft_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page} v{self.version}"
