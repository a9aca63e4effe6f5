"""A receipt says what was paid, to the fen, on paper of the right size, and always prints."""

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

from guanjia.money.payments.receipt_pdf import (
    PaidPart,
    Paper,
    ReceiptLine,
    ReceiptSheet,
    grouped,
    render,
)
from guanjia.money.payments.rules import ReversalKind

MM = 72 / 25.4


def months(item: str, first: int, count: int, amount_fen: int) -> tuple[ReceiptLine, ...]:
    return tuple(
        ReceiptLine(item=item, period=f"2025-{month:02}", basis="98.62 ㎡", amount_fen=amount_fen)
        for month in range(first, first + count)
    )


SHEET = ReceiptSheet(
    company="示例物业服务有限公司",
    community="示例花园",
    service_phone="0000-0000000",
    number="0007444",
    unit="3-2-1201",
    payer="张素珍",
    payer_role="业主",
    printed_at=datetime(2025, 11, 24, 2, 13, tzinfo=UTC),
    business_date=date(2025, 11, 24),
    lines=(
        *months("物业服务费", 9, 3, 236_69),
        ReceiptLine(item="公摊水电", period="2025-10", basis="见 10 月公示", amount_fen=38_40),
        ReceiptLine(
            item="违约金", period="2025-09", basis="236.69 × 0.05% × 23 天", amount_fen=2_72
        ),
    ),
    total_fen=751_19,
    parts=(PaidPart(method="现金", amount_fen=751_19, tendered_fen=800_00),),
    cashier="陈晓雯",
    print_count=1,
    practice=False,
    taken_back=None,
)


def with_lines(lines: tuple[ReceiptLine, ...]) -> ReceiptSheet:
    return replace(SHEET, lines=lines, total_fen=sum(line.amount_fen for line in lines))


def unequal(count: int, item: str = "物业服务费") -> tuple[ReceiptLine, ...]:
    return tuple(
        ReceiptLine(
            item=item,
            period=f"{2023 + place // 12}-{place % 12 + 1:02}",
            basis="按公示",
            amount_fen=100_00 + place,
        )
        for place in range(count)
    )


def pages_of(
    *sheets: ReceiptSheet,
    paper: Paper = Paper.CONTINUOUS_241,
    offset: tuple[float, float] = (0, 0),
) -> list[PageObject]:
    return list(PdfReader(io.BytesIO(render(sheets, paper=paper, offset=offset))).pages)


def text_of(page: PageObject) -> str:
    return re.sub(r"\s+", "", page.extract_text())


def places(page: PageObject) -> list[tuple[float, float, float]]:
    """Give x, y from the top (mm) and the size (pt) of every run of text."""
    found: list[tuple[float, float, float]] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        if text.strip():
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            found.append((x / MM, (float(page.mediabox.height) - y) / MM, size))

    page.extract_text(visitor_text=visit)
    return found


def test_one_page_of_carbon_paper_carries_the_receipt_and_names_its_three_copies() -> None:
    (page,) = pages_of(SHEET)
    assert float(page.mediabox.width) == pytest.approx(241 * MM, abs=0.01)
    assert float(page.mediabox.height) == pytest.approx(140 * MM, abs=0.01)
    text = text_of(page)
    for words in (
        "示例物业服务有限公司·示例花园服务中心",
        "收款收据",
        "房号：3-2-1201",
        "缴款人：张素珍（业主）",
        "日期：2025-11-24",
        "№0007444",
        "物业服务费2025-09至2025-11每月236.69×3个月710.07",
        "公摊水电2025-10见10月公示38.40",
        "违约金2025-09236.69×0.05%×23天2.72",
        "合计（大写）：人民币柒佰伍拾壹元壹角玖分￥751.19",
        "收款方式：现金实收800.00找零48.81",
        "2025-11-2410:13第1次打印",
        "收款人：陈晓雯",
        "收款单位（章）",
        "客户签字",
        "服务电话0000-0000000",
        "第一联存根第二联客户第三联记账",
    ):
        assert words in text
    assert "练习" not in text
    assert "作废" not in text


def test_a5_gives_each_copy_its_own_page() -> None:
    pages = pages_of(SHEET, paper=Paper.A5)
    sizes = {(round(page.mediabox.width / MM), round(page.mediabox.height / MM)) for page in pages}
    assert sizes == {(210, 148)}
    copies = ["第一联存根", "第二联客户", "第三联记账"]
    for page, own in zip(pages, copies, strict=True):
        assert [copy for copy in copies if copy in text_of(page)] == [own]


def test_a_dot_matrix_printer_can_print_it() -> None:
    reader = PdfReader(io.BytesIO(render([SHEET], paper=Paper.CONTINUOUS_241)))
    (page,) = reader.pages
    for x, _, size in places(page):
        assert size >= 10
        assert 16 <= x <= 241 - 16
    content = ContentStream(page.get_contents(), reader)
    widths = [float(operands[0]) for operands, operator in content.operations if operator == b"w"]
    assert widths
    assert min(widths) >= 0.3 * MM
    operators = {operator for _, operator in content.operations}
    assert not operators & {b"f", b"F", b"f*", b"B", b"b", b"B*", b"b*", b"sh", b"Do"}
    inks = [o for o, op in content.operations if op in {b"scn", b"SCN", b"g", b"G", b"rg", b"RG"}]
    assert all(float(component) == 0 for ink in inks for component in ink)


def test_the_offset_of_a_printer_moves_everything_by_so_many_millimetres() -> None:
    (straight,), (moved,) = pages_of(SHEET), pages_of(SHEET, offset=(2.5, -1.5))
    for (x, y, _), (moved_x, moved_y, _) in zip(places(straight), places(moved), strict=True):
        assert moved_x - x == pytest.approx(2.5, abs=0.01)
        assert moved_y - y == pytest.approx(-1.5, abs=0.01)


def test_months_join_only_when_consecutive_and_equal_to_the_fen() -> None:
    lines = (
        *months("物业服务费", 1, 2, 236_69),
        ReceiptLine(item="公摊水电", period="2025-01", basis="", amount_fen=1),
        *months("物业服务费", 4, 1, 236_69),  # March is missing
        *months("物业服务费", 5, 1, 236_70),  # a fen more
        ReceiptLine(item="押金", period="", basis="", amount_fen=5),
        ReceiptLine(item="押金", period="", basis="", amount_fen=5),
    )
    joined = [(line.item, line.period, line.amount_fen) for line in grouped(lines)]
    assert joined == [
        ("物业服务费", "2025-01 至 2025-02", 473_38),
        ("公摊水电", "2025-01", 1),
        ("物业服务费", "2025-04", 236_69),
        ("物业服务费", "2025-05", 236_70),
        ("押金", "", 5),
        ("押金", "", 5),
    ]


def test_months_join_across_new_year_in_any_order_and_never_across_units() -> None:
    december, january = (
        ReceiptLine(item="车位费", period=period, basis="", amount_fen=80_00, unit_label="B1-7")
        for period in ("2025-12", "2026-01")
    )
    (line,) = grouped([january, december])
    assert (line.period, line.basis) == ("2025-12 至 2026-01", "每月 80.00 × 2 个月")
    assert len(grouped([january, replace(december, unit_label="B1-8")])) == 2
    assert len(grouped([january, january])) == 2


def test_many_bills_continue_on_further_pages_and_carry_the_sum() -> None:
    sheet = with_lines(unequal(24))
    pages = [text_of(page) for page in pages_of(sheet)]
    assert len(pages) == 3
    for number, text in enumerate(pages, 1):
        assert f"第{number}/3页" in text
        assert "收款单位（章）" in text
        assert ("承前页" in text) == (number > 1)
        assert ("过次页" in text) == (number < 3)
        assert ("合计（大写）" in text) == (number == 3)
    carried = [re.search(r"过次页（未完，见下页）([\d,.]+)", text) for text in pages[:2]]
    for brought, text in zip(carried, pages[1:], strict=True):
        assert brought
        assert f"承前页{brought[1]}" in text
    everything = "".join(pages)
    assert all(f"100.{place:02}" in everything for place in range(24))


def test_nothing_leaves_the_paper_however_long_the_words_are() -> None:
    sheet = replace(
        with_lines(unequal(24, item="地下二层机械车位使用服务费及公共部位能耗分摊")),
        payer="欧阳" * 20 + "Wolfeschlegelsteinhausenbergerdorff",
        unit="商铺 1-101、1-102、1-103",
        parts=(PaidPart(method="银行转账", amount_fen=1, reference="9" * 64),),
        company="示例" * 12 + "物业服务有限公司",
    )
    for paper in Paper:
        pages = pages_of(sheet, paper=paper)
        right = float(pages[0].mediabox.width) / MM - 14
        for page in pages:
            assert "服务电话" in text_of(page)
            assert all(14 <= x <= right and 6 <= y <= 142 for x, y, _ in places(page))
        copies = 1 if paper is Paper.CONTINUOUS_241 else 3
        folios = re.findall(r"第\d+/(\d+)页", "".join(map(text_of, pages)))
        assert folios == [str(len(pages) // copies)] * len(pages)


def test_a_name_beyond_all_fonts_still_prints_and_says_which_character() -> None:
    (page,) = pages_of(replace(SHEET, payer="王\U00031350 #eval(1)*x*"))
    assert "缴款人：王〓〔U+31350〕#eval(1)*x*（业主）" in text_of(page)


def test_practice_prints_the_word_and_no_number() -> None:
    (page,) = pages_of(replace(SHEET, practice=True))
    text = text_of(page)
    assert "练习票据，不作收款凭证" in text
    assert "0007444" not in text


def test_a_voided_receipt_and_a_reprint_say_so() -> None:
    (page,) = pages_of(replace(SHEET, taken_back=ReversalKind.VOID, print_count=2))
    text = text_of(page)
    assert "本收据已作废" in text
    assert "№0007444" in text
    assert "第2次打印" in text


def test_a_receipt_by_reference_shows_it_and_no_change() -> None:
    (page,) = pages_of(
        replace(
            SHEET, parts=(PaidPart(method="POS 刷卡", amount_fen=751_19, reference="88012345"),)
        )
    )
    text = text_of(page)
    assert "收款方式：POS刷卡参考号88012345" in text
    assert "找零" not in text


def test_many_receipts_make_one_document_in_their_order() -> None:
    sheets = [replace(SHEET, number=f"{number:07}") for number in range(30)]
    pages = pages_of(*sheets)
    assert len(pages) == 30
    assert all(f"№{number:07}" in text_of(page) for number, page in enumerate(pages))


def test_lines_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        replace(SHEET, total_fen=751_20)
