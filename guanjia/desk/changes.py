"""What was changed on a unit, read from the journal."""

from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import Q, QuerySet

from guanjia.core.money import yuan
from guanjia.estate.models import Party, Tenure, Unit, UnitDocument, Vehicle
from guanjia.estate.states import (
    Capacity,
    CustomerTier,
    DocumentKind,
    PartyKind,
    UnitKind,
    UnitStatus,
)
from guanjia.money.bills.models import Adjustment, ExtraCharge
from guanjia.money.payments.models import Payment, Receipt
from guanjia.money.payments.rules import Method
from guanjia.money.tariffs.models import UnitTariff
from guanjia.reception.models import Visit
from guanjia.reception.states import Check, VisitState
from guanjia.records.models import JournalEntry

# The journal's verbs in the words of the office.
ACTIONS = MappingProxyType(
    {
        "unit.add": "登记房屋",
        "unit.change": "更正房屋资料",
        "unit.status": "变更房屋状态",
        "unit.hand_over": "交付",
        "unit.transfer": "过户",
        "unit.file": "资料归档",
        "unit.add_vehicle": "登记车辆",
        "tenure.begin": "登记住户关系",
        "tenure.end": "结束住户关系",
        "tenure.reinstate": "撤销结束住户关系",
        "party.register": "登记住户",
        "party.change": "修改住户资料",
        "party.merge": "合并重复资料",
        "party.split": "拆分资料",
        "unit_tariff.assign": "设置收费标准",
        "unit_tariff.end": "停止收费标准",
        "payment.take": "收款",
        "receipt.print": "打印收据",
        "visit.start": "开始接待",
        "visit.hold": "挂起接待",
        "visit.resume": "恢复接待",
        "visit.finish": "完成接待",
        "visit.check": "核验身份",
        "call.answer": "接听来电",
        "call.note": "记录来电",
        "call.put_off": "来电稍后回拨",
        "call.drop": "来电不记录",
        "call.call_back": "回电",
        "charge.add": "临时收费",
        "bill.cancel": "撤销费用",
        "bill.round_off": "抹零",
        "bill.discount": "折扣",
        "bill.waive": "减免",
    }
)
# What it keeps of a thing, in the same words; ids of other rows say nothing to a reader.
FIELDS = MappingProxyType(
    {
        "number": "房号",
        "kind": "类型",
        "name": "姓名",
        "status": "状态",
        "entrance": "单元",
        "floor": "楼层",
        "gross_area": "建筑面积",
        "internal_area": "套内面积",
        "layout": "户型",
        "customer_tier": "收费类别",
        "capacity": "身份",
        "relation": "关系",
        "phone": "电话",
        "id_number": "证件号",
        "note_changed": "接待提示",
        "title": "标题",
        "vehicle": "车牌",
        "tariff": "收费标准",
        "begins_on": "起始日",
        "ends_on": "截止日",
        "from": "起始日",
        "to": "截止日",
        "method": "方式",
        "amount": "金额",
        "state": "状态",
        "clerk": "接待人",
        "how": "核验",
        "unit": "房号",
        "item": "收费项目",
    }
)
_VALUES = {
    member.value: member.label
    for vocabulary in (
        UnitKind,
        UnitStatus,
        CustomerTier,
        PartyKind,
        Capacity,
        DocumentKind,
        Method,
        VisitState,
        Check,
    )
    for member in vocabulary
}


def changes_of(unit: Unit, *, with_money: bool) -> QuerySet[JournalEntry]:
    """Return what the journal holds on the unit, its people and papers, newest first.

    Its tariffs and payments only ``with_money``, for those who may see bills.
    """
    here = {"community": unit.community_id, "unit": unit}
    subjects = Q(subject=Unit._meta.label_lower, subject_id=unit.pk)
    money = (UnitTariff.objects, Payment.objects) if with_money else ()
    for rows in (Tenure.objects, Vehicle.objects, UnitDocument.objects, *money):
        subjects |= Q(
            subject=rows.model._meta.label_lower, subject_id__in=rows.filter(**here).values("pk")
        )
    if with_money:
        for of_bill in (
            Adjustment.objects.filter(community=unit.community_id, bill__unit=unit),
            ExtraCharge.objects.filter(community=unit.community_id, bills__unit=unit),
        ):
            subjects |= Q(
                subject=of_bill.model._meta.label_lower, subject_id__in=of_bill.values("pk")
            )
    people = Tenure.objects.filter(**here).values("party_id")
    subjects |= Q(subject=Party._meta.label_lower, subject_id__in=people)
    entries = JournalEntry.objects.filter(subjects, community=unit.community_id)
    return entries.select_related("by").order_by("-id")


def done_during(visit: Visit, *, with_money: bool) -> QuerySet[JournalEntry]:
    """Return what the journal holds of a visit, the first first; tariffs and payments only ``with_money``."""
    entries = JournalEntry.objects.filter(community=visit.community_id, visit_id=visit.pk)
    if not with_money:
        subjects = [model._meta.label_lower for model in (UnitTariff, Payment, Receipt)]
        entries = entries.exclude(subject__in=subjects)
    return entries.select_related("by").order_by("id")


@dataclass(frozen=True, slots=True)
class Change:
    """A journal row in words."""

    entry: JournalEntry
    words: str
    told: str


def told(entry: JournalEntry) -> Change:
    """Say what was done, and what it was before and after."""
    before, after = entry.before or {}, entry.after or {}
    if "amount_fen" in after:
        after = {**after, "amount": yuan(after["amount_fen"])}
    parts = [
        f"{FIELDS[name]}：{' → '.join(filter(None, (_said(before.get(name)), _said(after.get(name)))))}"
        for name in {**before, **after}
        if name in FIELDS and (before.get(name), after.get(name)) != (None, None)
    ]
    return Change(entry, ACTIONS.get(entry.action, entry.action), "；".join(parts))


def _said(value: object) -> str:
    if value is None or value == "":
        return ""
    if value is True:
        return "有改动"
    return _VALUES.get(str(value), str(value))
