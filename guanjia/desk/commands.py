"""What is done at the desk; the first ones have a key on the workbench (FEE-R4: the price list is one key away)."""

from django.utils.translation import gettext_lazy as _

from guanjia.accounts.command_list import Command
from guanjia.accounts.permissions import Permission

COMMANDS = (
    Command(
        _("收款"),
        "",
        "cash-register",
        Permission.PAYMENT_TAKE,
        key="F9",
        words="收费 缴费",
        ask=_("输入房号、姓名首字母或手机尾号，回车打开该户收款"),
    ),
    Command(_("收费标准"), "desk:tariffs", "report-money", Permission.TARIFF_READ, key="B"),
    Command(_("押金种类"), "desk:deposit-kinds", "lock", Permission.TARIFF_READ, words="装修押金"),
    Command(_("补打收据"), "desk:receipts", "printer", Permission.RECEIPT_PRINT, key="P"),
    Command(
        _("发票"),
        "desk:invoices",
        "file-invoice",
        Permission.BILL_READ,
        words="开票 待开票 未开票 数电票 红冲",
    ),
    Command(
        _("退款"),
        "desk:refunds",
        "arrow-back-up",
        Permission.BILL_READ,
        words="退预存 待批准 退款凭证",
    ),
    Command(
        _("减免"),
        "desk:discounts",
        "arrow-down",
        Permission.BILL_READ,
        words="空置 折扣 优惠 待批准 申请减免",
    ),
    Command(
        _("减免规则"),
        "desk:discount-rules",
        "list-check",
        Permission.BILL_READ,
        words="空置 折扣 优惠",
    ),
    Command(
        _("新减免规则"),
        "desk:discount-rule-new",
        "plus",
        Permission.DISCOUNT_REQUEST,
        words="空置 折扣 优惠",
    ),
    Command(_("按月出账"), "desk:runs", "calculator", Permission.BILL_RUN, key="Y"),
    Command(_("新接待"), "desk:visit-new", "user-plus", Permission.VISIT_RECEIVE, words="来访"),
    Command(_("来电记录"), "desk:calls", "phone", Permission.VISIT_READ, words="电话"),
    Command(_("待回拨"), "desk:calls-due", "phone-outgoing", Permission.VISIT_READ, words="回电"),
    Command(_("换收银台"), "desk:desk-choice", "cash-register", Permission.PAYMENT_TAKE),
    Command(
        _("打印测试页、调整打印位置"),
        "desk:printers",
        "printer",
        Permission.RECEIPT_PRINT,
        words="打印机 装纸 偏移 针打",
    ),
    Command(
        _("交班"), "desk:shift-mine", "coins", Permission.PAYMENT_TAKE, words="开班 盘点 加入本班"
    ),
    Command(_("日结"), "desk:days", "lock", Permission.BILL_READ, words="缴款 缴存银行 重开"),
    Command(_("交班记录"), "desk:shifts", "history", Permission.BILL_READ),
    Command(_("登记房屋"), "desk:unit-new", "home", Permission.HOUSEHOLD_WRITE, words="新房"),
)
