"""Discounts on screen: what the pages tell, who may do what, and what each press leaves behind."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from guanjia.accounts.permissions import Role
from guanjia.desk.tests.office import signed_in, staff
from guanjia.estate.models import Unit
from guanjia.estate.states import UnitStatus
from guanjia.money.bills.models import Adjustment
from guanjia.money.discounts.models import DiscountGrant, DiscountRule
from guanjia.money.tariffs.models import ChargeItem

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk(office):
    return staff(office, Role.CLERK)


@pytest.fixture
def director(office):
    return staff(office, Role.DIRECTOR)


def ruled(office, **changes):
    """Return what the form of a new rule sends."""
    sent = {
        "kind": "vacancy",
        "name": "空置减免三成",
        "percent": "30",
        "monthly": "",
        "items": [ChargeItem.objects.get(community=office.community).pk],
        "begins_on": "2026-01-01",
        "ends_on": "",
        "evidence": "省物业服务收费管理办法第二十条",
    }
    return sent | changes


def wished(rule, **changes):
    """Return what the form of a unit's wish sends."""
    sent = {
        "rule": rule.pk,
        "begins_on": "2026-12-01",
        "ends_on": "",
        "applicant": "张素珍",
        "noticed_on": "2026-11-20",
        "evidence": "水表两月读数同为 318",
        "key": uuid4(),
    }
    return sent | changes


@pytest.fixture
def rule(office, clerk, director):
    clerk.post(office.url("discount-rule-new"), ruled(office))
    made = DiscountRule.objects.get()
    director.post(office.url("discount-rule-approval", made.pk))
    made.refresh_from_db()
    assert made.state == "approved"
    return made


@pytest.fixture
def vacant(office):
    Unit.objects.filter(pk=office.unit.pk).update(status=UnitStatus.VACANT)
    return office.unit


@pytest.fixture
def asked(office, clerk, rule, vacant):
    clerk.post(office.url("discount-new", vacant.key), wished(rule))
    return DiscountGrant.objects.get()


def text(answer):
    return answer.content.decode()


def test_a_rule_is_written_by_one_and_approved_by_another(office, clerk, director):
    page = clerk.post(office.url("discount-rule-new"), ruled(office), follow=True)
    assert "等主管或主任批准" in text(page)
    made = DiscountRule.objects.get()
    assert (made.share_bp, made.evidence) == (3_000, "省物业服务收费管理办法第二十条")
    assert clerk.post(office.url("discount-rule-approval", made.pk)).status_code == 403
    assert "有 1 条减免规则等您批准" in text(director.get(office.url("workbench")))
    assert "批准后不能改" in text(director.get(office.url("discount-rule", made.pk)))
    director.post(office.url("discount-rule-approval", made.pk))
    listed = text(clerk.get(office.url("discount-rules")))
    for words in ("空置减免三成", "减 30%", "物业服务费", "已批准"):
        assert words in listed, words


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"percent": ""}, "要填一个"),
        ({"monthly": "50"}, "要填一个"),
        ({"percent": "101"}, "100"),
        ({"items": []}, "必填"),
        ({"name": ""}, "必填"),
        ({"ends_on": "2025-12-31"}, "早于起始日"),
    ],
)
def test_what_a_rule_lacks_is_told_and_what_was_typed_stays(office, clerk, changes, why):
    answer = clerk.post(office.url("discount-rule-new"), ruled(office, **changes))
    assert answer.status_code == 422
    assert why in text(answer)
    assert "第二十条" in text(answer)
    assert not DiscountRule.objects.exists()


def test_who_wrote_a_rule_sees_that_another_must_approve_it(office, director):
    director.post(office.url("discount-rule-new"), ruled(office))
    made = DiscountRule.objects.get()
    page = text(director.get(office.url("discount-rule", made.pk)))
    assert "自己申请的减免，不能自己批准" in page
    told = director.post(office.url("discount-rule-approval", made.pk), follow=True)
    assert "不能自己批准" in text(told)
    made.refresh_from_db()
    assert made.state == "requested"


def test_a_units_discount_is_asked_for_once_however_often_pressed(office, clerk, rule, vacant):
    sent = wished(rule)
    answers = [clerk.post(office.url("discount-new", vacant.key), sent) for _ in range(2)]
    (made,) = DiscountGrant.objects.all()
    assert {a["Location"] for a in answers} == {office.url("discount", made.pk)}


def test_the_form_begins_with_who_owes_and_this_month(office, clerk, rule, vacant):
    page = text(clerk.get(office.url("discount-new", vacant.key)))
    assert 'value="张素珍"' in page
    assert "空置减免三成（减 30%）" in page
    assert "为 3-2-1201 申请减免" in page


def test_a_unit_that_is_not_vacant_is_refused_in_words(office, clerk, rule):
    answer = clerk.post(office.url("discount-new", office.unit.key), wished(rule))
    assert answer.status_code == 422
    assert "不是“空置”" in text(answer)
    assert "318" in text(answer)


def test_a_scan_is_kept_with_the_request_and_a_strange_file_is_told(office, clerk, rule, vacant):
    bad = SimpleUploadedFile("x.exe", b"MZ")
    answer = clerk.post(office.url("discount-new", vacant.key), wished(rule, file=bad))
    assert answer.status_code == 422
    good = SimpleUploadedFile("申请.pdf", b"%PDF-1.7")
    clerk.post(office.url("discount-new", vacant.key), wished(rule, file=good))
    made = DiscountGrant.objects.get()
    assert made.attachment.original_name == "申请.pdf"
    assert "申请.pdf" in text(clerk.get(office.url("discount", made.pk)))


def test_approved_it_is_taken_off_the_next_bills_and_shown_on_them(
    office, cashier, director, asked
):
    assert "有 1 笔减免等您批准" in text(director.get(office.url("workbench")))
    page = text(director.post(office.url("discount-approval", asked.pk), follow=True))
    assert "已批准，以后出账自动减" in page
    finance = staff(office, Role.FINANCE)
    preview = text(finance.get(office.url("runs"), {"month": "2026-12"}))
    for words in ("71.01", "165.68", "1 笔"):
        assert words in preview, words
    done = text(finance.post(office.url("runs"), {"month": "2026-12"}, follow=True))
    assert "合计 236.69 元，减免 71.01 元" in done
    household = text(cashier.get(office.page()))
    assert "空置减免三成（按 30%），减 71.01 元" in household
    assert "165.68" in household


def test_bills_that_were_issued_before_are_reduced_after_a_look(
    office, clerk, director, rule, vacant
):
    office.charge(11)
    clerk.post(office.url("discount-new", vacant.key), wished(rule, begins_on="2026-11-01"))
    asked = DiscountGrant.objects.get()
    director.post(office.url("discount-approval", asked.pk))
    seen = text(clerk.get(office.url("discount", asked.pk)))
    assert "已收的不退不减" in seen
    assert 'name="expected_fen"' not in seen
    told = office.url("discount-reductions", asked.pk)
    assert clerk.post(told, {"expected_fen": 7_101}).status_code == 403
    assert "71.01" in text(director.get(office.url("discount", asked.pk)))
    other = text(director.post(told, {"expected_fen": 1}, follow=True))
    assert "可补减的已变为 71.01 元" in other
    done = text(director.post(told, {"expected_fen": 7_101}, follow=True))
    assert "已在 1 笔账单上补减 71.01 元" in done
    assert 'id="issued"' not in done
    again = text(director.post(told, {"expected_fen": 7_101}, follow=True))
    assert "没有可以补减的账单" in again


def test_refused_and_withdrawn_say_why(office, clerk, director, asked):
    empty = director.post(office.url("discount-refusal", asked.pk), {"refusal-reason": ""})
    assert (empty.status_code, "请写明原因" in text(empty)) == (422, True)
    director.post(office.url("discount-refusal", asked.pk), {"refusal-reason": "水表在走"})
    page = text(clerk.get(office.url("discount", asked.pk)))
    assert "已驳回" in page
    assert "水表在走" in page
    told = clerk.post(office.url("discount-withdrawal", asked.pk), {"withdrawal-reason": "算了"})
    assert "已被驳回" in text(told)


def test_it_is_ended_by_whoever_sees_that_somebody_lives_there(office, clerk, director, asked):
    director.post(office.url("discount-approval", asked.pk))
    Unit.objects.filter(pk=office.unit.pk).update(status=UnitStatus.OCCUPIED)
    assert "有 1 户已不空置" in text(clerk.get(office.url("workbench")))
    assert "已不空置，还在减" in text(clerk.get(office.url("discounts")))
    early = {"ending-last": "2026-11-30", "ending-reason": "入住"}
    told = clerk.post(office.url("discount-end", asked.pk), early)
    assert (told.status_code, "早于起始日" in text(told)) == (422, True)
    clerk.post(office.url("discount-end", asked.pk), early | {"ending-last": "2026-12-10"})
    asked.refresh_from_db()
    assert (asked.state, asked.ends_on) == ("ended", date(2026, 12, 10))
    assert "还在减" not in text(clerk.get(office.url("discounts")))
    office.charge(12)
    assert Adjustment.objects.get().reason.endswith("2026-12-01 至 2026-12-10 计 10/31 个月）")


def test_a_rule_is_ended_by_approvers_alone(office, clerk, director, rule):
    sent = {"ending-last": "2026-12-31", "ending-reason": "办法废止"}
    assert clerk.post(office.url("discount-rule-end", rule.pk), sent).status_code == 403
    director.post(office.url("discount-rule-end", rule.pk), sent)
    rule.refresh_from_db()
    assert (rule.state, rule.ends_on) == ("ended", date(2026, 12, 31))


def test_the_list_is_filtered_and_the_household_has_its_own(office, clerk, asked):
    assert office.unit.number in text(clerk.get(office.url("discounts"), {"state": "requested"}))
    assert "没有这样的减免" in text(clerk.get(office.url("discounts"), {"state": "ended"}))
    tab = text(clerk.get(office.url("household-discounts", office.unit.key)))
    assert "水表两月读数同为 318" in tab


def test_those_who_only_read_ask_for_nothing(office, asked):
    auditor = staff(office, Role.AUDITOR)
    page = text(auditor.get(office.url("discount", asked.pk)))
    assert "撤回申请" not in page
    assert auditor.get(office.url("discount-new", office.unit.key)).status_code == 403
    assert auditor.get(office.url("discount-rule-new")).status_code == 403
    assert signed_in(office.cashier).get(office.url("discounts")).status_code == 200
