"""The workbook of opening balances, as data, and its empty template."""

from guanjia.core.workbook import new_workbook
from guanjia.onboarding.layouts import Layout, Table, columns

ARREARS = Table(
    name="opening.arrears",
    title="欠费",
    role="arrears",
    required=frozenset({"number", "item", "first", "last", "due_on", "charged"}),
    columns=columns("""
        number 房号 房间号 房屋号 房屋编号
        item 收费项目 费用项目 费用名称
        first 账期起 账期开始 费用开始日期 计费起始日
        last 账期止 账期结束 费用结束日期 计费截止日
        due_on 应缴日 应缴日期 到期日
        charged 应收 应收金额 应缴金额
        paid 已收 已收金额 已缴金额
        debtor 责任人姓名 责任人 缴费责任人 欠费人
    """),
)
PREPAID = Table(
    name="opening.prepaid",
    title="预存",
    role="prepaid",
    required=frozenset({"number", "amount"}),
    columns=columns("""
        number 房号 房间号 房屋号 房屋编号
        name 姓名 业主姓名 户名
        amount 金额 预存金额 预存余额 余额
    """),
)
DEPOSITS = Table(
    name="opening.deposits",
    title="押金",
    role="deposits",
    required=frozenset({"number", "kind", "received", "amount"}),
    columns=columns("""
        number 房号 房间号 房屋号 房屋编号
        kind 押金种类 种类 保证金种类
        name 缴款人 缴款人姓名 交款人
        received 收取日期 收取日 收款日期
        receipt 原收据号 收据号 收据编号
        amount 押金余额 现在代管 未退金额
        purpose 用途
    """),
)
BOOKS = Table(
    name="opening.books",
    title="收据号",
    role="books",
    required=frozenset({"desk", "next"}),
    columns=columns("""
        desk 收银台 收银台名称
        prefix 字头 收据字头
        next 下一号 下一张 下一个号码
    """),
)
OPENING = Layout("opening", "期初模板", (ARREARS, PREPAID, DEPOSITS, BOOKS))
NOTES = "填写说明"
_TOLD = (
    (
        "欠费",
        "一户、一个项目、一个账期填一行；账期不超过一年，跨年的按年拆开。启用日起的账期不要填，由出账产生。",
    ),
    (
        "",
        "应收是这一账期原来应收的金额，已收是启用前已经收到的；系统记下差额。金额单位是元，最多两位小数。",
    ),
    ("", "责任人不填，就是账期首日的缴费责任人；是前业主欠的，请填前业主的姓名，他要先在登记里。"),
    ("预存", "一户一人填一行；姓名不填，就是启用日的缴费责任人。"),
    (
        "押金",
        "一笔押金填一行：只填启用日还没退的，余额是现在还应退的金额。原收据号照旧收据抄，退的时候凭它。",
    ),
    ("", "押金种类要先在“收费标准 › 押金种类”里有；缴款人不填，就是收取那天的缴费责任人。"),
    (
        "收据号",
        "收银台要先在“管理 › 收银台”里开好；下一号是接着旧收据本的下一张。已经开过收据的收银台不能改号。",
    ),
)
_WIDTH = 14


def template() -> bytes:
    """Return the empty template, with a page that says how to fill it in."""
    with new_workbook() as (book, buffer):
        bold = book.add_format({"bold": True, "bg_color": "#eef2f7", "bottom": 1})
        text = book.add_format({"num_format": "@"})
        for table in OPENING.tables:
            page = book.add_worksheet(table.title)
            page.freeze_panes(1, 1)
            for place, column in enumerate(table.columns):
                page.set_column(place, place, _WIDTH, text)
                page.write_string(0, place, column.heading, bold)
        page = book.add_worksheet(NOTES)
        page.set_column(0, 0, 10)
        page.set_column(1, 1, 100)
        for line, (sheet, words) in enumerate(_TOLD):
            page.write_string(line, 0, sheet)
            page.write_string(line, 1, words)
    return buffer.getvalue()
