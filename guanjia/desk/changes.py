"""What was changed on a unit, read from the journal."""

from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import Q, QuerySet

from guanjia.estate.models import Party, Tenure, Unit, UnitDocument, Vehicle
from guanjia.money.payments.models import Payment
from guanjia.money.tariffs.models import UnitTariff
from guanjia.records.models import JournalEntry

# The journal's verbs in the words of the office.
ACTIONS = MappingProxyType(
    {
        "unit.add": "登记房屋",
        "unit.status": "变更房屋状态",
        "unit.hand_over": "交付",
        "unit.transfer": "过户",
        "unit.file": "资料归档",
        "unit.add_vehicle": "登记车辆",
        "tenure.begin": "登记住户关系",
        "tenure.end": "结束住户关系",
        "party.register": "登记住户",
        "party.change": "修改住户资料",
        "unit_tariff.assign": "设置收费标准",
        "unit_tariff.end": "停止收费标准",
        "payment.take": "收款",
    }
)


def changes_of(unit: Unit) -> QuerySet[JournalEntry]:
    """Return what the journal holds on the unit, its people, papers, tariffs and payments, newest first."""
    here = {"community": unit.community_id, "unit": unit}
    subjects = Q(subject=Unit._meta.label_lower, subject_id=unit.pk)
    for rows in (
        Tenure.objects,
        Vehicle.objects,
        UnitDocument.objects,
        UnitTariff.objects,
        Payment.objects,
    ):
        subjects |= Q(
            subject=rows.model._meta.label_lower, subject_id__in=rows.filter(**here).values("pk")
        )
    people = Tenure.objects.filter(**here).values("party_id")
    subjects |= Q(subject=Party._meta.label_lower, subject_id__in=people)
    entries = JournalEntry.objects.filter(subjects, community=unit.community_id)
    return entries.select_related("by").order_by("-id")


@dataclass(frozen=True, slots=True)
class Change:
    """A journal row in words."""

    entry: JournalEntry
    words: str
    told: str


def told(entry: JournalEntry) -> Change:
    """Say what was done, and what it was before and after."""
    before, after = entry.before or {}, entry.after or {}
    parts = [
        f"{name}：{before[name]} → {after.get(name, '')}" if name in before else f"{name}：{value}"
        for name, value in {**before, **after}.items()
    ]
    return Change(entry, ACTIONS.get(entry.action, entry.action), "；".join(parts))
