"""What a run would issue, and what stands in its way, before anything is written."""

from dataclasses import dataclass

from django.db import connection

from guanjia.accounts.models import Community
from guanjia.core.calendar import Month
from guanjia.core.labelled import Labelled
from guanjia.money.bills.charging import BILLED, CHARGES, CYCLES, parameters, shapes_of
from guanjia.money.tariffs.models import ChargeItem


class Trouble(Labelled):
    """Why a unit's charge deserves a look."""

    NO_AREA = "no_area", "没有计费面积，不能出账"
    NO_DEBTOR = "no_debtor", "没有登记业主，照常出账，欠费暂无责任人"
    NOTHING = "nothing", "金额为零，不出账"
    BILLED_IN_PART = "billed_in_part", "账期与已出的账单交错，不出账；未出账的天数请人工核对"
    NO_TARIFF = "no_tariff", "没有设置任何收费标准"


@dataclass(frozen=True, slots=True)
class Preview:
    """One item's would-be batch: count, sum in fen, and the unit ids of each trouble."""

    item: ChargeItem
    bill_count: int
    total_fen: int
    troubles: dict[Trouble, list[int]]


_PREVIEW = f"""
WITH {CHARGES}
SELECT count(*) FILTER (WHERE amount_fen > 0), coalesce(sum(amount_fen), 0)::bigint,
    coalesce(array_agg(unit_id) FILTER (WHERE quantity IS NULL), '{{}}'),
    coalesce(array_agg(unit_id) FILTER (WHERE debtor_id IS NULL AND amount_fen > 0), '{{}}'),
    coalesce(array_agg(unit_id) FILTER (WHERE amount_fen = 0), '{{}}'),
    ARRAY(SELECT DISTINCT ut.unit_id FROM {CYCLES} JOIN bills_bill b ON {BILLED}
        WHERE b.period_first > s.first OR b.period_last < s.last)
FROM charges
"""  # noqa: S608 - put together from constants


def preview_bills(
    *, community: Community, month: Month, items: list[ChargeItem] | None = None
) -> list[Preview]:
    """Return what ``issue_bills`` would do; three statements an item, whatever the number of units."""
    found = []
    for item in items or ChargeItem.objects.filter(community=community).order_by("position", "pk"):
        shapes = shapes_of(community=community, item=item, month=month)
        if not shapes:
            found.append(Preview(item, 0, 0, {}))
            continue
        with connection.cursor() as cursor:
            cursor.execute(_PREVIEW, parameters(community=community, item=item, shapes=shapes))
            count, total, no_area, no_debtor, nothing, billed_in_part = cursor.fetchone()
        troubles = {
            Trouble.NO_AREA: no_area,
            Trouble.NO_DEBTOR: no_debtor,
            Trouble.NOTHING: nothing,
            Trouble.BILLED_IN_PART: billed_in_part,
        }
        found.append(
            Preview(item, count, total, {kind: ids for kind, ids in troubles.items() if ids})
        )
    return found


def units_without_tariff(*, community: Community) -> list[int]:
    """Return the ids of units that pay no tariff at all: billed by no run (a gap to look at, FEE-R4)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.id FROM estate_unit u WHERE u.community_id = %(c)s AND NOT EXISTS (SELECT 1 FROM"
            " tariffs_unittariff t WHERE t.community_id = %(c)s AND t.unit_id = u.id) ORDER BY u.key",
            {"c": community.pk},
        )
        return [unit_id for (unit_id,) in cursor.fetchall()]
