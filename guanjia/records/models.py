"""The journal and the outbox: rows that are only ever added."""

from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now

from guanjia.accounts.models import CommunityModel, User
from guanjia.core.database.privileges import APPEND_ONLY
from guanjia.records.file_kinds import FileKind


class JournalEntry(CommunityModel):
    """One thing that was done: who, what, on what, when, why. Personal values stand masked only.

    The database refuses to change or remove a row (trigger and privileges).
    """

    db_privileges = APPEND_ONLY

    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )  # null: the program
    action = models.CharField(max_length=60)  # noun.verb, such as "receipt.issue"
    subject = models.CharField(max_length=40)  # the model's label, such as "estate.unit"
    subject_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    reason = models.CharField(max_length=500, blank=True)
    visit_id = models.BigIntegerField(null=True)  # the reception stands above this floor
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["community", "subject", "subject_id", "id"], name="records_journal_subject"
            ),
            models.Index(
                fields=["community", "visit_id", "id"],
                condition=models.Q(visit_id__isnull=False),
                name="records_journal_visit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}#{self.subject_id}"


class PersonalReveal(CommunityModel):
    """One look at a full phone or ID number: who, when, whose, which, why (D7). Append-only like the journal."""

    db_privileges = APPEND_ONLY

    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    subject = models.CharField(max_length=40)  # the model's label, such as "estate.party"
    subject_id = models.BigIntegerField()
    field = models.CharField(max_length=40)  # such as "phone"
    reason = models.CharField(max_length=200)
    visit_id = models.BigIntegerField(null=True)  # as in the journal

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["community", "subject", "subject_id", "id"], name="records_reveal_subject"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}#{self.subject_id} {self.field}"


class OutboxMessage(CommunityModel):
    """A message to the outside, written in the transaction that causes it (L11).

    A carrier takes it later; until one does it is visibly pending.
    """

    created_at = models.DateTimeField(db_default=Now())
    topic = models.CharField(max_length=60)  # noun.verb, such as "receipt.issued"
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["id"], condition=models.Q(done_at=None), name="records_outbox_pending"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic}#{self.pk}"


class NumberSeries(CommunityModel):
    """The last number given out in a series; ``prefix`` starts a new count, such as a year."""

    kind = models.CharField(max_length=30)  # what is numbered, such as "release_slip"
    prefix = models.CharField(max_length=20, blank=True)
    last_no = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "kind", "prefix"], name="records_series_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.prefix}{self.last_no}"


class Attachment(CommunityModel):
    """A file that belongs to something in a community."""

    file = models.FileField(max_length=120)  # under a name of our own, never the sender's
    original_name = models.CharField("文件名", max_length=200)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in FileKind])
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    # Who may open it: a workbook with a whole register is not for everybody who may read a unit's papers.
    permission = models.CharField(max_length=30)  # a Permission
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    def __str__(self) -> str:
        return self.original_name


class KeyWitness(models.Model):
    """The keys this database was written with, by fingerprint: one row, to notice a wrong or older key file."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    fingerprint = models.CharField(max_length=16)  # of the index key
    seal_key = models.CharField(max_length=20, default="")  # of the seal key in force
    seal_fingerprint = models.CharField(max_length=16, default="")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="records_one_witness"),
        ]

    def __str__(self) -> str:
        return self.fingerprint
