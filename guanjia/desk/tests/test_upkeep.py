"""The workbench says when the books or the backups need somebody, and the page says what; losses are answered for."""

import os
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.desk.tests.office import staff
from guanjia.money.ledger.witness import witness
from guanjia.money.payments.models import LostReceipt, Receipt
from guanjia.upkeep.models import AuditRun, Drill

pytestmark = pytest.mark.django_db(transaction=True)
FINDING: dict[str, Any] = {
    "name": "bills_paid",
    "law": "L5",
    "says": "每张账单的已收等于各笔收款冲抵它的合计",
    "count": 2,
    "first": [{"bill_id": 77, "paid_fen": 100}],
}


@pytest.fixture(autouse=True)
def _no_backups(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "BACKUPS", tmp_path / "backups")


def audited(office, *findings):
    AuditRun.objects.create(
        community=office.community,
        at=timezone.now(),
        checks=20,
        faults=sum(finding["count"] for finding in findings),
        findings=list(findings),
    )


def workbench(office, role):
    return staff(office, role).get(office.url("workbench")).content.decode()


def lose_one(office, cashier):
    """Pay once, and let the witness know one number more than the books."""
    cashier.post(office.url("payments"), office.paying(office.bills()[:1]))
    (last,) = witness().last(office.community.pk).values()
    witness().say([replace(last, number=last.number + 1)])


def test_all_is_well_and_nothing_is_said(office):
    audited(office)
    page = workbench(office, Role.CASHIER)
    assert "核账发现" not in page
    assert "备份" not in page


def test_a_finding_turns_the_banner_red_in_plain_words_and_names_whom_to_ask(office):
    make_user(community=office.community, role=Role.ADMINISTRATOR, name="王维护")
    audited(office, FINDING)
    page = workbench(office, Role.CASHIER)
    assert "核账发现 2 处不一致。收款可以继续，但请先查明，请联系系统管理员 王维护。" in page
    assert office.url("upkeep") not in page  # the findings are for those who may see them
    assert office.url("upkeep") in workbench(office, Role.DIRECTOR)


def test_the_next_clean_night_takes_the_banner_away(office):
    audited(office, FINDING)
    audited(office)
    assert "核账发现" not in workbench(office, Role.DIRECTOR)


def test_the_findings_stand_on_the_page(office):
    audited(office, FINDING)
    page = staff(office, Role.FINANCE).get(office.url("upkeep")).content.decode()
    assert FINDING["says"] in page
    assert "bill_id=77" in page


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.ADMINISTRATOR])
def test_whoever_minds_the_house_hears_of_backups_and_drills(office, role):
    assert "还没有一份备份" in workbench(office, role)
    Drill.objects.create(
        at=timezone.now(), seconds=3, verdict="broken", says="备份已损坏", found={}
    )
    assert "恢复不了备份：备份已损坏" in workbench(office, role)
    page = staff(office, role).get(office.url("upkeep")).content.decode()
    assert "备份已损坏" in page


def test_a_cashier_hears_nothing_of_backups(office):
    assert "备份" not in workbench(office, Role.CASHIER)


class TestLosses:
    def test_money_stops_the_banner_says_so_and_what_was_typed_stays(self, office, cashier):
        lose_one(office, cashier)
        page = cashier.post(office.url("payments"), office.paying(office.bills()[1:2]))
        assert page.status_code == 422
        assert "账里没有的收据，收款先停" in page.content.decode()
        assert Receipt.objects.count() == 1
        assert "账里缺 1 张已经开出的收据，收款已暂停" in workbench(office, Role.CASHIER)

    def test_a_director_answers_for_them_and_money_is_taken_again(self, office, cashier):
        lose_one(office, cashier)
        director = staff(office, Role.DIRECTOR)
        assert "0007445–0007445" in director.get(office.url("upkeep")).content.decode()
        done = director.post(
            office.url("loss-acknowledgement"), {"reason": "硬盘坏了"}, follow=True
        )
        assert "已确认 1 张丢失的收据" in done.content.decode()
        assert LostReceipt.objects.get().reason == "硬盘坏了"
        cashier.post(office.url("payments"), office.paying(office.bills()[1:2]))
        assert Receipt.objects.latest("number").number == 7446

    def test_without_a_reason_it_says_so_and_nothing_happens(self, office, cashier):
        lose_one(office, cashier)
        page = staff(office, Role.DIRECTOR).post(
            office.url("loss-acknowledgement"), {"reason": "\0 "}
        )
        assert page.status_code == 422
        assert "没有写明原因" in page.content.decode()
        assert not LostReceipt.objects.exists()

    @pytest.mark.parametrize("role", [Role.CASHIER, Role.CLERK, Role.AUDITOR, Role.ADMINISTRATOR])
    def test_nobody_else_may(self, office, cashier, role):
        lose_one(office, cashier)
        answer = staff(office, role).post(office.url("loss-acknowledgement"), {"reason": "x"})
        assert answer.status_code == 403

    def test_a_second_press_hears_that_it_is_done(self, office, cashier):
        lose_one(office, cashier)
        director = staff(office, Role.DIRECTOR)
        director.post(office.url("loss-acknowledgement"), {"reason": "硬盘坏了"})
        again = director.post(office.url("loss-acknowledgement"), {"reason": "硬盘坏了"})
        assert "没有要确认的收据" in again.content.decode()


def test_a_receipt_that_is_not_written_down_says_so(office, cashier, monkeypatch):
    real = os.write
    monkeypatch.setattr(
        "guanjia.money.ledger.witness.os.write", lambda handle, data: real(handle, data[:5])
    )
    done = cashier.post(office.url("payments"), office.paying(office.bills()[:1]), follow=True)
    page = done.content.decode()
    assert "外部见证没有写成" in page
    assert "0007444" in page
