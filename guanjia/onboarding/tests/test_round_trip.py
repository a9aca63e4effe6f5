"""What goes out as a workbook comes in again: nothing changes here, everything arrives elsewhere."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from guanjia.accounts.tests.factories import make_community, make_user
from guanjia.core.refusal import Refused
from guanjia.core.tests.hostile import NAMES
from guanjia.estate.actions import link_household
from guanjia.estate.models import Household, Party, Unit, Vehicle
from guanjia.estate.states import Capacity, CustomerTier, Matter
from guanjia.estate.tests.factories import make_building, make_party, make_tenure, make_unit
from guanjia.money.tariffs.actions import Price, add_item, add_tariff, assign_tariff
from guanjia.money.tariffs.rules import Basis
from guanjia.money.tariffs.steps import read_steps
from guanjia.onboarding.export import export_register, template
from guanjia.onboarding.tests.workbooks import AT, PEER, size, take_in, totals, workbook
from guanjia.onboarding.workbook import read
from guanjia.records.models import JournalEntry, PersonalReveal

pytestmark = pytest.mark.django_db
DAY = date(2021, 3, 1)


@pytest.fixture
def office():
    """A community with everything that a register can tell."""
    community = make_community(cut_over_on=date(2026, 11, 1))
    by = make_user()
    home = make_unit(community=community, number="3栋2单元1201室", building=make_building(community=community, name="3栋"), entrance="2", floor=12, layout="三室两厅")  # fmt: skip
    space = make_unit(
        community=community, number="车位B1-86", kind="parking_space", gross_area=None
    )
    make_unit(community=community, number="88", status="unsold")
    tower = make_building(community=community, name="5栋")
    link_household(main=home, others=[space], by=by, at=AT)
    owner = make_party(community=community, phone="13905925520", id_number="11010119900307002X")
    half = Fraction(1, 2)
    shares: dict[str, Any] = {
        "share_numerator": half.numerator,
        "share_denominator": half.denominator,
    }
    make_tenure(unit=home, party=owner, begins_on=DAY, **shares)
    make_tenure(unit=home, capacity=Capacity.CO_OWNER, party=make_party(community=community, name="李国强"), relation="配偶", **shares)  # fmt: skip
    make_tenure(unit=home, capacity=Capacity.AGENT, party=make_party(community=community, name="赵敏"), ends_on=date(2027, 1, 1), scope=[Matter.FIT_OUT, Matter.RELEASE], document_no="WT-7")  # fmt: skip
    make_tenure(unit=space, party=owner, begins_on=DAY)
    for n, name in enumerate(NAMES):
        unit = make_unit(community=community, number=f"5-1-{n + 1}01", building=tower)
        make_tenure(unit=unit, party=make_party(community=community, name=name))
    Vehicle.objects.create(community=community, unit=space, plate="闽D12345", party=owner)
    item = add_item(community=community, name="物业、服务费", is_agency=True, by=None, at=AT)
    tariff = add_tariff(item=item, name="1#楼", price=Price(Basis.GROSS_AREA, Decimal("2.4")), effective_from=DAY, evidence="合同", by=None, at=AT)  # fmt: skip
    for name, basis, steps in (("电梯", Basis.FIXED, "1层及以下 0\n2-6层 0.3\n7层及以上 0.45"), ("按类别", Basis.GROSS_AREA, "居民 2.4\n商户 5"), ("一户", Basis.HOUSEHOLD, "1层及以上 80")):  # fmt: skip
        add_tariff(item=item, name=name, price=Price(basis, Decimal(0), steps=read_steps(steps)), effective_from=DAY, evidence="合同", by=None, at=AT)  # fmt: skip
    Unit.objects.filter(pk=space.pk).update(customer_tier=CustomerTier.SPECIAL)
    assign_tariff(unit=home, tariff=tariff, begins_on=DAY, by=None, at=AT)
    return community, by


def test_an_export_in_full_changes_nothing_at_home(office):
    community, by = office
    before = size(community)
    content = export_register(community=community, by=by, at=AT, reveal_reason="迁移")
    again = take_in(community, content)
    assert again.refusal is None, again.examined.report()["findings"]
    assert (totals(again)["new"], totals(again)["changed"]) == (0, 0)
    assert size(community) == before


def test_an_export_in_full_makes_the_same_register_elsewhere(office):
    community, by = office
    content = export_register(community=community, by=by, at=AT, reveal_reason="迁移")
    elsewhere = make_community(cut_over_on=community.cut_over_on)
    assert take_in(elsewhere, content).refusal is None
    copy = export_register(community=elsewhere, by=by, at=AT, reveal_reason="核对")
    for made, sent in zip(read(copy), read(content), strict=True):
        assert sorted(made.rows) == sorted(sent.rows)
    assert Household.objects.filter(community=elsewhere).count() == 1


def test_a_number_of_one_part_keeps_its_building():
    community = make_community()
    villas = make_building(community=community, name="别墅区1")
    make_unit(community=community, number="88", building=villas)
    again = take_in(community, export_register(community=community, by=None, at=AT))
    assert totals(again) == {"new": 0, "changed": 0, "same": 1}


def test_the_peers_workbook_goes_out_in_our_template_and_comes_back():
    community = make_community()
    take_in(community, PEER)
    again = take_in(community, export_register(community=community, by=None, at=AT))
    assert (totals(again)["new"], totals(again)["changed"]) == (0, 0)


def test_a_masked_export_overwrites_no_number(office):
    community, by = office
    content = export_register(community=community, by=by, at=AT)
    texts = {text for sheet in read(content) for row in sheet.rows for text in row}
    assert "139****5520" in texts
    assert "13905925520" not in texts
    again = take_in(community, content)
    assert (totals(again)["new"], totals(again)["changed"]) == (0, 0)
    owner = Party.objects.get(community=community, name="张素珍")
    assert (owner.phone, owner.id_number) == ("13905925520", "11010119900307002X")


def test_each_number_shown_in_full_is_kept_with_its_reason(office):
    community, by = office
    export_register(community=community, by=by, at=AT)
    assert not PersonalReveal.objects.filter(community=community).exists()
    export_register(community=community, by=by, at=AT, reveal_reason="迁移")
    reveals = PersonalReveal.objects.filter(community=community)
    assert {(r.field, r.reason, r.by_id) for r in reveals} == {
        ("phone", "迁移", by.pk),
        ("id_number", "迁移", by.pk),
    }
    exports = JournalEntry.objects.filter(community=community, action="register.export")
    assert [entry.after for entry in exports.order_by("pk")] == [
        {"in_full": False},
        {"in_full": True},
    ]


def test_nobody_gets_numbers_in_full(office):
    with pytest.raises(Refused):
        export_register(community=office[0], by=None, at=AT, reveal_reason="迁移")


def test_texts_that_look_like_formulas_stay_texts(office):
    content = export_register(community=office[0], by=None, at=AT)
    assert any(
        text.startswith("=") for sheet in read(content) for row in sheet.rows for text in row
    )
    assert b"<f>" not in content


def test_the_template_is_recognised_and_empty():
    community = make_community()
    outcome = take_in(community, template())
    assert (outcome.refusal, totals(outcome)["new"]) == (None, 0)
    filled = [*read(template())[0].rows[:1], ["1-1-101"]]
    assert totals(take_in(community, workbook({"房屋与业主": filled})))["new"] == 2
    assert Unit.objects.get(community=community).key == "1-1-101"
