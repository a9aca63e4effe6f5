"""Fictitious contents for the gallery. Nothing here is anybody's data."""

from django import forms
from django.core.paginator import Page, Paginator
from django.urls import reverse

from guanjia.core.components.frame import Community, Frame, Link, NavGroup, NavItem, Person, Stat
from guanjia.core.refusal import Refusal

PAGES = {
    "workbench": ("工作台", "layout-dashboard"),
    "household": ("一户一档", "home"),
    "import": ("登记导入", "table-import"),
    "sign-in": ("登录", "login-2"),
}
TRAIL = [("一户一档", "#main"), ("示例花园", "#main"), ("3 栋", ""), ("2 单元", "")]

REFUSAL = Refusal("收据所在的日子已经日结，不能作废", "请在今天开红字冲销")

ROWS: dict[str, object] = {
    "queue": [
        {
            "left": "超 0:42",
            "due": "应 09:30",
            "tone": "error",
            "title": "回复：单元门禁刷卡失灵",
            "words": "“今天上午九点半前给您电话说明处理结果”",
            "unit": "2-1-1503",
            "customer": "刘玉芬 · 业主",
            "owner": "我",
            "state": "承诺超时",
            "state_tone": "error",
        },
        {
            "left": "1:48",
            "due": "应 12:00",
            "tone": "warn",
            "title": "电梯异响",
            "mark": "来电客户",
            "words": "“今天中午 12 点前告诉您维保检查结论”",
            "unit": "3-1-802",
            "customer": "王建国 · 业主",
            "owner": "赵师傅",
            "post": "工程 · 3 区",
            "state": "处理中",
            "state_tone": "primary",
        },
        {
            "left": "2:18",
            "due": "应 12:30",
            "title": "楼上漏水，卫生间顶有水渍",
            "words": "“中午前安排师傅上门看，先别动灯”　已附照片 3",
            "unit": "1-2-604",
            "customer": "周倩 · 租户",
            "state": "待派单",
            "state_tone": "warn",
        },
        {
            "left": "3:48",
            "due": "14:00",
            "title": "预约：装修备案交资料",
            "words": "缺：装修单位营业执照（业主确认栏可代）",
            "unit": "5-1-1101",
            "customer": "孙立 · 业主",
            "owner": "我",
            "state": "预约",
        },
        {
            "left": "5:48",
            "due": "应 16:00",
            "title": "投诉：夜间装修噪音",
            "words": "“下午四点前上门核实并回复您”",
            "unit": "4-2-902",
            "customer": "何静 · 业主",
            "owner": "林经理",
            "post": "客户经理 · 4 区",
            "state": "处理中",
            "state_tone": "primary",
        },
        {
            "left": "今天",
            "due": "回访",
            "title": "回访：水管维修 WX-1118-03",
            "words": "完工 11-22，未评价；首拨无人接听 1 次",
            "unit": "3-2-405",
            "customer": "郑海 · 业主",
            "owner": "我",
            "state": "待回访",
            "state_tone": "violet",
        },
        {
            "left": "今天",
            "due": "回访",
            "title": "回访：放行条 FX-1123-07 已出门",
            "words": "代理人办理，业主电话已确认（录音 0:38）",
            "unit": "2-2-1602",
            "customer": "吴敏 · 业主",
            "owner": "我",
            "state": "待回访",
            "state_tone": "violet",
        },
        {
            "left": "明天",
            "due": "到期",
            "title": "装修备案到期提醒",
            "words": "备案三个月届满，需延期或验收",
            "unit": "1-1-1002",
            "customer": "钱伟 · 业主",
            "owner": "林经理",
            "state": "待提醒",
        },
        {
            "left": "明天",
            "due": "到期",
            "title": "代扣失败 2 户，需联系",
            "words": "余额不足 1、账户注销 1",
            "unit": "多户",
            "customer": "批量",
            "owner": "我",
            "state": "待联系",
        },
    ],
    "takings": [("扫码", 1124010), ("POS 刷卡", 442220), ("现金", 184260), ("转账", 92140)],
    "takings_fen": [1124010, 442220, 184260, 92140],
    "people": [
        {
            "name": "张素珍",
            "role": "业主",
            "tone": "primary",
            "phone": "139****5520",
            "may": [("yes", "全部事项")],
        },
        {
            "name": "李国强",
            "role": "配偶",
            "phone": "136****0917",
            "may": [("yes", "缴费"), ("yes", "报事"), ("if", "放行·须电话业主")],
        },
        {
            "name": "赵敏",
            "role": "代理人",
            "note": "委托书至 2026-03-31",
            "may": [("yes", "装修"), ("if", "放行·查委托书"), ("no", "门禁卡 ✕")],
        },
    ],
    "bills": [
        {
            "item": "物业服务费",
            "period": "2025-09",
            "how": "98.62 ㎡ × 2.40",
            "due": "11-01",
            "overdue": "逾期 23 天",
            "fen": 23669,
        },
        {
            "item": "物业服务费",
            "period": "2025-10",
            "how": "98.62 ㎡ × 2.40",
            "due": "12-01",
            "fen": 23669,
        },
        {
            "item": "物业服务费",
            "period": "2025-11",
            "how": "98.62 ㎡ × 2.40",
            "due": "12-31",
            "fen": 23669,
        },
        {
            "item": "公摊水电",
            "period": "2025-10",
            "how": "见公摊公示 10 月",
            "due": "12-01",
            "fen": 3840,
        },
        {
            "item": "违约金",
            "period": "2025-09",
            "how": "236.69 × 0.05% × 23 天",
            "waive": True,
            "fen": 272,
        },
        {
            "item": "预存物业费",
            "period": "12 个月",
            "how": "236.69 × 12",
            "due": "—",
            "offered": True,
            "fen": 284028,
        },
    ],
    "methods": [
        {"key": 1, "label": "扫码", "note": "自动识别"},
        {"key": 2, "label": "POS 刷卡", "note": "自动推金额"},
        {"key": 3, "label": "现金", "note": "点钞验钞", "on": True},
        {"key": 4, "label": "转账", "note": "对公流水"},
        {"key": 5, "label": "预存抵扣", "note": "余额 0.00", "off": True},
        {"key": 6, "label": "组合收款", "note": "多种方式"},
    ],
    "happenings": [
        {
            "at": "11-22 15:10",
            "icon": "tool",
            "text": "厨房下水慢 · 已修 · 评价 5 分",
            "state": "办结",
            "tone": "ok",
        },
        {
            "at": "11-03 09:46",
            "icon": "phone",
            "text": "来电问装修时段，已告知 8:00–12:00 / 14:00–18:00",
            "state": "电话",
        },
        {
            "at": "10-30 16:22",
            "icon": "hammer",
            "text": "装修备案 ZX-1030-02，押金 3,000 已收",
            "state": "进行中",
            "tone": "warn",
        },
        {
            "at": "08-02 11:05",
            "icon": "receipt",
            "text": "收 6–8 月物业费 710.07 · 收据 0006518",
            "state": "收费",
        },
    ],
    "faults": [
        {
            "cell": "房屋!C48",
            "tone": "error",
            "value": "9８.62㎡",
            "what": "建筑面积不是数字",
            "remedy": "只填数字，例如 98.62",
        },
        {
            "cell": "房屋!B112",
            "tone": "error",
            "value": "3-2-1201",
            "what": "房号重复，第 45 行已有",
            "remedy": "删去一行；两户各有其号时请补单元",
        },
        {
            "cell": "业主!F1022",
            "tone": "warn",
            "value": "王某",
            "what": "业主表里没有这个人",
            "remedy": "房屋照常导入，不带业主；以后在一户一档补上",
        },
    ],
}


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="姓名", help_text="与身份证一致", max_length=20)
    phone = forms.RegexField(
        r"^1\d{10}$", label="手机号", error_messages={"invalid": "请填 11 位手机号"}
    )
    kind = forms.ChoiceField(label="证件", choices=[("id", "身份证"), ("passport", "护照")])
    role = forms.ChoiceField(
        label="与业主的关系",
        choices=[("owner", "本人"), ("tenant", "租户")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="备注", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    agree = forms.BooleanField(label="已当面核对证件", error_messages={"required": "请先核对证件"})


def wrong_form() -> SampleForm:
    """Return the form as it comes back with errors."""
    return SampleForm({"name": "张素珍", "phone": "138", "kind": "id", "role": "owner"})


def listing() -> Page[int]:
    """Return a page in the middle of a long list."""
    return Paginator(range(1, 613), 20).page(7)


def frame(page: str) -> Frame:
    """Return the frame around the gallery's own pages."""
    items = tuple(
        NavItem(label, reverse("gallery:sample", args=[name]), icon, active=name == page)
        for name, (label, icon) in PAGES.items()
    )
    index = NavItem(
        "部件", reverse("gallery:index"), "book-2", active=page == "index", count=12, urgent=True
    )
    return Frame(
        community=Community("示例花园", "SLHY"),
        communities=(Link("示例花园", "#main", active=True), Link("样板新村", "#main")),
        user=Person(
            "陈晓雯",
            "前台客服 · 单人值班",
            links=(Link("登录页", reverse("gallery:sample", args=["sign-in"]), "login-2"),),
        ),
        nav=(NavGroup((index,)), NavGroup(items, "整页")),
        home_url=reverse("gallery:index"),
        stats=(Stat("早班 08:27", "收银班次已开"), Stat("针打", "打印机缺纸", "warn")),
        search_url=reverse("gallery:sample", args=["search"]),
        digits_search=page != "household",
    )


def found(query: str) -> dict[str, object]:
    """Answer the sample omnibox in the shape `omnibox.js` expects."""
    units = [
        {
            "title": "3-2-1201",
            "detail": "张素珍 · 业主",
            "tag": "逾期 1 期",
            "tone": "error",
            "url": reverse("gallery:sample", args=["household"]),
        },
        {
            "title": "32-1-201",
            "detail": "未售",
            "url": reverse("gallery:sample", args=["household"]),
        },
    ]
    hits = [unit for unit in units if query in unit["title"].replace("-", "")]
    return {"groups": [{"label": "房屋", "items": hits}] if hits else []}
