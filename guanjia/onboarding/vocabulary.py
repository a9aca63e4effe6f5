"""The words and codes that registers write in their columns of choices."""

from guanjia.core.money import Rounding
from guanjia.estate.states import Capacity, CustomerTier, Matter, PartyKind, UnitKind, UnitStatus
from guanjia.money.tariffs.rules import Anchor, Basis, PartMonth, Timing
from guanjia.onboarding.cells import choice

# HC's codes stand among the words: 110 住宅, 119 宿舍, 120 办公室; 1001–1004 kinds of people; 1001, 2002 formulas.
KIND = choice(
    UnitKind,
    {
        "110": UnitKind.DWELLING,
        "119": UnitKind.DWELLING,
        "120": UnitKind.OTHER,
        "宿舍": UnitKind.DWELLING,
        "公寓": UnitKind.DWELLING,
        "别墅": UnitKind.DWELLING,
        "办公室": UnitKind.OTHER,
        "办公": UnitKind.OTHER,
        "店面": UnitKind.SHOP,
        "商业": UnitKind.SHOP,
        "停车位": UnitKind.PARKING_SPACE,
        "储藏室": UnitKind.STORAGE,
    },
)
STATUS = choice(
    UnitStatus,
    {
        "自住": UnitStatus.OCCUPIED,
        "已入住": UnitStatus.OCCUPIED,
        "已交房": UnitStatus.HANDED_OVER,
        "未入住": UnitStatus.HANDED_OVER,
        "已售": UnitStatus.HANDED_OVER,
        "未售出": UnitStatus.UNSOLD,
        "出租中": UnitStatus.LET,
        "已出租": UnitStatus.LET,
        "空关": UnitStatus.VACANT,
        "空房": UnitStatus.VACANT,
    },
)
TEMPORARY = ("1004", "临时人员")
CAPACITY = choice(
    Capacity,
    {
        "1001": Capacity.OWNER,
        "1002": Capacity.HOUSEHOLD_MEMBER,
        "1003": Capacity.TENANT,
        **dict.fromkeys(TEMPORARY, Capacity.HOUSEHOLD_MEMBER),
        "产权人": Capacity.OWNER,
        "房屋租客": Capacity.TENANT,
        "租客": Capacity.TENANT,
        "承租人": Capacity.TENANT,
        "家庭成员": Capacity.HOUSEHOLD_MEMBER,
        "家人": Capacity.HOUSEHOLD_MEMBER,
        "代理人": Capacity.AGENT,
        "委托人": Capacity.AGENT,
        "共有产权人": Capacity.CO_OWNER,
    },
)
LETTING = choice(
    Capacity,
    {
        "S": Capacity.OWNER,
        "出售": Capacity.OWNER,
        "H": Capacity.TENANT,
        "出租": Capacity.TENANT,
    },
)
PARTY_KIND = choice(PartyKind, {"企业": PartyKind.ORGANISATION, "公司": PartyKind.ORGANISATION})
MATTER = choice(Matter)
TIER = choice(
    CustomerTier,
    {
        "住宅": CustomerTier.RESIDENT,
        "居民用户": CustomerTier.RESIDENT,
        "商业": CustomerTier.MERCHANT,
        "商铺": CustomerTier.MERCHANT,
        "特种行业": CustomerTier.SPECIAL,
    },
)
BASIS = choice(
    Basis,
    {
        "1001": Basis.GROSS_AREA,
        "2002": Basis.FIXED,
        "固定": Basis.FIXED,
        "每户固定": Basis.FIXED,
        "按户": Basis.HOUSEHOLD,
        "每户": Basis.HOUSEHOLD,
    },
)
ANCHOR = choice(Anchor)
TIMING = choice(Timing, {"预付": Timing.PREPAID, "后付": Timing.POSTPAID})
PART_MONTH = choice(PartMonth)
ROUNDING = choice(Rounding)

# Fillers where a column had to be filled; HC's template prescribes the layout.
FILLERS = frozenset({"10102", "无", "-", "/", "暂无", "未知"})
ORGANISATION_WORDS = (
    "公司",
    "集团",
    "银行",
    "委员会",
    "合作社",
    "事务所",
    "中心",
    "工厂",
    "学校",
    "医院",
    "酒店",
)
