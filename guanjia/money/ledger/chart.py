"""The chart of accounts: the few that a property office's desk touches, by their usual Chinese codes."""

from enum import IntEnum


class Account(IntEnum):
    """An account's code. Debits are positive, credits negative."""

    CASH = 1001  # 库存现金
    BANK = 1002  # 银行存款
    CARD_CLEARING = 101201  # 其他货币资金：POS 在途
    CODE_CLEARING = 101202  # 其他货币资金：收款码在途
    RECEIVABLE = 1122  # 应收账款
    CASH_DIFFERENCE = 1901  # 待处理财产损溢：现金长短款，借方为短款
    PREPAID = 2203  # 预收账款：预存
    AGENCY_PAYABLE = 2241  # 其他应付款：代收代付
    DEPOSITS_HELD = 224101  # 其他应付款：押金、保证金
    OPENING_EQUITY = 4104  # 期初结转：启用时带进来的欠费、预存与押金
    SERVICE_INCOME = 6001  # 主营业务收入
    INCOME_REDUCTION = 600101  # 主营业务收入：折扣与减免，借方


ACCOUNT_NAMES = {
    Account.CASH: "库存现金",
    Account.BANK: "银行存款",
    Account.CARD_CLEARING: "POS 在途资金",
    Account.CODE_CLEARING: "收款码在途资金",
    Account.RECEIVABLE: "应收账款",
    Account.CASH_DIFFERENCE: "现金长短款",
    Account.PREPAID: "预收账款",
    Account.AGENCY_PAYABLE: "代收代付款",
    Account.DEPOSITS_HELD: "押金",
    Account.OPENING_EQUITY: "期初结转",
    Account.SERVICE_INCOME: "主营业务收入",
    Account.INCOME_REDUCTION: "折扣与减免",
}
