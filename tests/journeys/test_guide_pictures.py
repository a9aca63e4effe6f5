"""The walk that the guides describe. With ``GUANJIA_PICTURES=1`` it takes their pictures anew, on the whole demo."""

import io
import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from guanjia.accounts import totp
from guanjia.accounts.first_run import setup_code
from guanjia.accounts.models import User
from guanjia.core.calendar import Month, business_date
from guanjia.demo.actions import MONTHS, make_demo
from guanjia.demo.layout import BLOCKS, WHOLE, Layout
from guanjia.onboarding.export import template

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

FOLDER = Path(__file__).parents[2] / "docs" / "guide" / "pictures"
WANTED = os.environ.get("GUANJIA_PICTURES") == "1"
LARGEST = 150_000  # bytes
LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
SMALL = Layout(BLOCKS[2:4], shops=4, spaces=20, storages=8)
CASHIER, SUPERVISOR, ACCOUNTANT = "W003", "W002", "W008"


def keep(name, picture):
    """Save a picture, which 256 colours are enough for."""
    from PIL import Image

    path = FOLDER / f"{name}.png"
    colours = Image.open(io.BytesIO(picture)).convert("RGB")
    colours.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    assert path.stat().st_size < LARGEST, name


def take(page, name):
    if WANTED:
        keep(name, page.screenshot(animations="disabled"))


def printed_by(page):
    """Return a list that will hold what the page prints; the browser does not hand a PDF's bytes out again."""
    sheets = []

    def pass_on(route):
        answer = route.fetch()
        sheets.append(answer.body())
        route.fulfill(response=answer)

    page.route("**/prints/", pass_on)
    return sheets


def take_sheet(sheets):
    (sheet,) = sheets
    assert sheet.startswith(b"%PDF")
    if WANTED:
        command = ["pdftoppm", "-png", "-r", "110", "-singlefile", "-"]
        picture = subprocess.run(command, input=sheet, capture_output=True, check=True).stdout
        keep("receipt", picture)


@pytest.fixture
def desk_of(transactional_db, open_desk):
    """A function that opens a screen in the demo community for a number of its staff."""
    layout, months = (WHOLE, MONTHS) if WANTED else (SMALL, 4)
    make_demo(seed=1, today=business_date(datetime.now(UTC)), months=months, layout=layout)
    return lambda staff_no: open_desk(User.objects.get(staff_no=staff_no))


def heading(page, name):
    return page.get_by_role("heading", name=name, exact=True, level=1)


def owing(page):
    return page.locator(".amount-due strong")


def open_unit(page, digits):
    page.goto("/demo/")
    expect(page.locator("omni-box")).to_be_visible()
    page.keyboard.type(digits)
    page.keyboard.press("Enter")
    expect(page.locator(".bills [data-row]").first).to_be_focused()
    page.wait_for_load_state("load")


def test_the_demo_is_as_the_guide_tells(desk_of):
    office_sets_up_and_bills(desk_of)
    cashier_takes_money(desk_of)


def cashier_takes_money(desk_of):
    page = desk_of(CASHIER)
    page.goto("/demo/")
    page.get_by_role("button", name="前台一").click()
    page.get_by_role("link", name="点备用金，开班").click()
    page.get_by_role("button", name="开班").click()
    expect(page.get_by_text("已开班，可以收款了")).to_be_visible()
    page.goto("/demo/")
    expect(page.get_by_text("本班还没有收款。")).to_be_visible()
    page.keyboard.type("3-2-12")
    expect(page.get_by_role("option", name="3-2-1201")).to_be_visible()
    take(page, "omnibox")

    open_unit(page, "321201")
    expect(owing(page)).to_have_text("¥ 630.38")  # two months of fee, shared power, parking
    page.keyboard.press("Enter")
    spoken = "“每平方米每月两块四，98.62 平方米，一个月 236.69 元”"
    expect(page.get_by_text(spoken).first).to_be_visible()
    take(page, "why")
    page.keyboard.press("Enter")

    page.keyboard.press("3")
    page.keyboard.type("600")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("实收现金不足 630.38 元")
    take(page, "refusal")
    page.keyboard.type("700")
    expect(page.locator("#change")).to_have_text("69.62")

    open_unit(page, "321201")
    page.keyboard.press("3")
    page.keyboard.type("700")
    expect(page.locator("#change")).to_have_text("69.62")
    take(page, "household")
    sheets = printed_by(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("已打印 1 次")).to_be_visible()
    take_sheet(sheets)

    page = page.context.new_page()  # without a screen the browser does not outlive a page in print
    page.goto("/demo/")
    expect(page.get_by_text(re.compile("^1 笔 · 收据 "))).to_be_visible()
    take(page, "workbench")
    cashier_counts(page)
    page.set_viewport_size(PHONE)
    page.goto("/demo/units/?q=3-2-12")
    expect(page.get_by_role("link", name="3-2-1201", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    take(page, "units-phone")


def cashier_counts(page):
    """Count the drawer, one banknote of 10 short, as far as the second name."""
    page.get_by_role("region", name="本班").or_(
        page.get_by_role("complementary", name="本班")
    ).get_by_role("link", name="交班", exact=True).click()
    page.get_by_role("button", name="盘点交班").click()
    page.get_by_label("100 元").fill("7")
    page.get_by_label("50 元").fill("8")
    take(page, "count")
    page.get_by_role("button", name="点完了，看差额").click()
    expect(page.get_by_role("heading", name="现金", exact=True)).to_be_visible()
    take(page, "handover")
    page.goto("/demo/days/")
    expect(page.get_by_role("heading", name="日结记录")).to_be_visible()
    page.get_by_role("row").nth(1).get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="当日账")).to_be_visible()
    take(page, "day")


def office_sets_up_and_bills(desk_of):
    page = desk_of(ACCOUNTANT)
    page.goto("/demo/tariffs/")
    expect(page.get_by_text("业主大会表决结果公告（第 3 号）")).to_be_visible()
    take(page, "tariffs")
    coming = Month.of(business_date(datetime.now(UTC))) + 1
    page.goto(f"/demo/bills/runs/?month={coming}")
    expect(page.get_by_text("预览，尚未写入")).to_be_visible()
    expect(page.get_by_role("button", name=f"为 {coming.label}出账")).to_be_visible()
    take(page, "run")

    page = desk_of(SUPERVISOR)
    page.goto("/demo/")
    page.get_by_role("link", name="登记导入").first.click()
    page.get_by_label("选一份工作簿").set_input_files(workbook())
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_text("有 2 行出错，整份暂不导入。")).to_be_visible()
    expect(page.get_by_role("cell", name="房屋与业主!F3")).to_be_visible()
    take(page, "import")
    page.goto("/demo/units/3-2-1201/transfer/")
    expect(page.get_by_text("先看原业主是否结清")).to_be_visible()
    take(page, "transfer")
    page.goto("/demo/teams/gaps/")
    expect(page.get_by_role("cell", name="缺设施设备维护员")).to_be_visible()
    take(page, "teams")


def workbook():
    """The office's own register on our template: four units, two of them with a slip."""
    book = openpyxl.load_workbook(io.BytesIO(template()))
    sheet = book["房屋与业主"]
    headings = {cell.value: cell.column for cell in sheet[1]}
    for number, area, name, phone in (
        ("6-1-101", "88.5", "示例甲", "14000009001"),
        ("6-1-102", "约九十", "示例乙", "14000009002"),
        ("1单元201", "88.5", "示例丙", "14000009003"),
        ("6-1-202", "91.2", "示例丁", "11111111111"),
    ):
        row = sheet.max_row + 1
        for title, value in (
            ("房号", number),
            ("建筑面积", area),
            ("业主姓名", name),
            ("电话", phone),
        ):
            sheet.cell(row, headings[title], value)
    content = io.BytesIO()
    book.save(content)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "六栋登记表.xlsx", "mimeType": kind, "buffer": content.getvalue()}


def test_an_administrator_sets_up_and_signs_in(transactional_db, browser, live_server):
    context = browser.new_context(base_url=live_server.url, viewport=LAPTOP, locale="zh-CN")
    page = context.new_page()
    page.goto("/setup/")
    for label, value in {
        "物业公司名称": "锦绣物业服务有限公司",
        "项目（小区）名称": "锦绣园",
        "项目代码": "jinxiu",
        "启用日": "2026-12-01",
        "管理员工号": "G001",
        "管理员姓名": "丁宁",
    }.items():
        page.get_by_label(label, exact=True).fill(value)
    take(page, "wizard")
    page.get_by_label("安装码").fill(setup_code())
    page.get_by_label("管理员密码").fill("楼下的石榴树又结果子了")
    page.get_by_role("button", name="建立并登录").click()

    expect(heading(page, "登记手机验证器")).to_be_visible()
    take(page, "second-factor")
    secret = page.locator("code").inner_text()
    page.get_by_label("动态码").fill(totp.code_at(secret, totp.step_of(datetime.now(UTC))))
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="我已保存，继续").click()
    expect(heading(page, "工作台")).to_be_attached()
    page.goto("/setup/")
    expect(page.get_by_text("404")).to_be_visible()
    page.goto("/me/")
    page.get_by_role("button", name="退出登录").click()
    expect(heading(page, "登录")).to_be_visible()
    page.get_by_label("工号或手机号").fill("g001")
    take(page, "sign-in")
    context.close()
