"""What a run would issue, and what stands in its way, before anything is written."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Min

from guanjia.accounts.models import Community
from guanjia.core.calendar import Month
from guanjia.core.labelled import Labelled
from guanjia.money.bills.charging import (
    BILLED,
    CHARGES,
    CYCLES,
    STANDS_FOR_ALL,
    fetch_one,
    parameters,
    shapes_of,
    shapes_over,
)
from guanjia.money.bills.discounting import OFFS, off_parameters, offs_of
from guanjia.money.tariffs.models import ChargeItem, UnitTariff


class Trouble(Labelled):
    """Why a unit's charge deserves a look."""

    NO_AREA = "no_area", "没有计费面积，不能出账"
    NO_FLOOR = "no_floor", "没有登记楼层，不能按楼层出账"
    NO_TIER = "no_tier", "没有登记收费类别，不能按类别出账"
    NO_STEP = "no_step", "楼层或收费类别不在价目里，不能出账"
    NO_MAIN = "no_main", "户内主房屋没有设这个标准，一户一价不能出账"
    NO_DEBTOR = "no_debtor", "没有登记业主，照常出账，欠费暂无责任人"
    NOTHING = "nothing", "金额为零，不出账"
    BILLED_IN_PART = "billed_in_part", "账期与已出的账单交错，不出账；未出账的天数请人工核对"
    NO_TARIFF = "no_tariff", "没有设置任何收费标准"


@dataclass(frozen=True, slots=True)
class Preview:
    """One item's would-be batch: count, sum, what discounts take off it, in fen, and the unit ids of each trouble."""

    item: ChargeItem
    bill_count: int
    total_fen: int
    troubles: dict[Trouble, list[int]]
    reduced_fen: int = 0
    reduced_count: int = 0


# In the order of the statement's columns. A floor that the price table frees of charge is no trouble.
_TOLD = (
    Trouble.NO_AREA,
    Trouble.NO_FLOOR,
    Trouble.NO_TIER,
    Trouble.NO_STEP,
    Trouble.NO_MAIN,
    Trouble.NO_DEBTOR,
    Trouble.NOTHING,
    Trouble.BILLED_IN_PART,
)
_PREVIEW = f"""
WITH {CHARGES}
SELECT count(*) FILTER (WHERE amount_fen > 0), coalesce(sum(amount_fen), 0)::bigint,
    coalesce(array_agg(unit_id) FILTER (WHERE quantity IS NULL), '{{}}'),
    coalesce(array_agg(unit_id) FILTER (WHERE stepping = 'floor' AND floor IS NULL), '{{}}'),
    coalesce(array_agg(unit_id) FILTER (WHERE stepping = 'tier' AND tier = ''), '{{}}'),
    coalesce(array_agg(unit_id) FILTER (WHERE step_price IS NULL AND (floor IS NOT NULL OR tier <> '')), '{{}}'),
    ARRAY(SELECT DISTINCT ut.unit_id FROM {CYCLES} WHERE NOT {STANDS_FOR_ALL} AND NOT EXISTS (
        SELECT 1 FROM estate_unit m JOIN tariffs_unittariff mt ON mt.community_id = m.community_id AND mt.unit_id = m.id
        WHERE m.community_id = %(community)s AND m.household_id = u.household_id AND m.leads_household
            AND mt.tariff_id = s.tariff_id AND mt.begins_on <= s.last AND (mt.ends_on IS NULL OR mt.ends_on >= s.first))),
    coalesce(array_agg(unit_id) FILTER (WHERE debtor_id IS NULL AND amount_fen > 0), '{{}}'),
    coalesce(array_agg(unit_id) FILTER (WHERE amount_fen = 0 AND stepping = ''), '{{}}'),
    ARRAY(SELECT DISTINCT ut.unit_id FROM {CYCLES} JOIN bills_bill b ON {BILLED}
        WHERE {STANDS_FOR_ALL} AND (b.period_first > s.first OR b.period_last < s.last))
FROM charges
"""  # noqa: S608 - put together from constants
_REDUCED = f"""
WITH {CHARGES}, {OFFS}
SELECT coalesce(sum(off_fen), 0)::bigint, count(*) FROM reduced
"""  # noqa: S608 - put together from constants


def preview_bills(
    *, community: Community, month: Month, items: list[ChargeItem] | None = None
) -> list[Preview]:
    """Return what ``issue_bills`` would do; at most five statements an item, whatever the number of units."""
    found = []
    for item in items or ChargeItem.objects.filter(community=community).order_by("position", "pk"):
        shapes = shapes_of(community=community, item=item, month=month)
        if not shapes:
            found.append(Preview(item, 0, 0, {}))
            continue
        values = parameters(community=community, item=item, shapes=shapes)
        with connection.cursor() as cursor:
            cursor.execute(_PREVIEW, values)
            count, total, *units = cursor.fetchone()
        troubles = zip(_TOLD, units, strict=True)
        offs = offs_of(community=community, item=item, shapes=shapes, lock=False)
        reduced = offs and fetch_one(_REDUCED, {**values, **off_parameters(offs)})
        found.append(
            Preview(
                item, count, total, {kind: ids for kind, ids in troubles if ids}, *(reduced or ())
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Missed:
    """Cycles of one item that started in an earlier month and were never billed: count, fen, unit ids."""

    item: ChargeItem
    month: Month
    bill_count: int
    total_fen: int
    unit_ids: list[int]


# Claims lapse after three years (民法典 188): what is older is not a slip to mend but a case to decide.
_LOOK_BACK = 36

_MISSED = f"""
WITH {CHARGES}
SELECT date_trunc('month', first)::date, count(*), sum(amount_fen)::bigint, array_agg(unit_id ORDER BY unit_id)
FROM charges WHERE amount_fen > 0 GROUP BY 1 ORDER BY 1
"""  # noqa: S608 - put together from constants


def missed_before(
    *, community: Community, month: Month, items: list[ChargeItem] | None = None
) -> list[Missed]:
    """Return what the months before ``month`` left unbilled, after the cut-over and while a tariff was in force.

    Four statements an item, whatever the number of units and months; a run of its month issues each.
    """
    found = []
    for item in items or ChargeItem.objects.filter(community=community).order_by("position", "pk"):
        paid = UnitTariff.objects.filter(community=community, item=item)
        begun = paid.aggregate(first=Min("begins_on"))["first"]
        if begun is None:
            continue
        start = max(Month.of(max(begun, community.cut_over_on or begun)), month + -_LOOK_BACK)
        months = list(start.until(month + -1))
        shapes = shapes_over(community=community, item=item, months=months)
        if not shapes:
            continue
        with connection.cursor() as cursor:
            cursor.execute(_MISSED, parameters(community=community, item=item, shapes=shapes))
            found += [Missed(item, Month.of(first), *told) for first, *told in cursor.fetchall()]
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
