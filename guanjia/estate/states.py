"""The fixed vocabularies of the estate, and how a unit's status moves."""

from types import MappingProxyType

from guanjia.core.labelled import Labelled


class UnitKind(Labelled):
    """What a unit is."""

    DWELLING = "dwelling", "住宅"
    SHOP = "shop", "商铺"
    PARKING_SPACE = "parking_space", "车位"
    STORAGE = "storage", "储藏间"
    OTHER = "other", "其他"


class UnitStatus(Labelled):
    """How far a unit is on its way from the developer to a resident."""

    UNSOLD = "unsold", "未售"
    HANDED_OVER = "handed_over", "已交付"
    OCCUPIED = "occupied", "入住"
    LET = "let", "出租"
    VACANT = "vacant", "空置"


class CustomerTier(Labelled):
    """What a unit is used for, by which tariffs in tiers are priced."""

    RESIDENT = "resident", "居民"
    MERCHANT = "merchant", "商户"
    NON_RESIDENT = "non_resident", "非居民"
    SPECIAL = "special", "特行"


# What a unit is taken for as long as nobody said otherwise; the others have to be said.
TIER_OF_KIND = MappingProxyType(
    {UnitKind.DWELLING: CustomerTier.RESIDENT, UnitKind.SHOP: CustomerTier.MERCHANT}
)


_S = UnitStatus
TRANSITIONS = MappingProxyType(
    {
        _S.UNSOLD: frozenset({_S.HANDED_OVER}),
        _S.HANDED_OVER: frozenset({_S.OCCUPIED, _S.LET, _S.VACANT}),
        _S.OCCUPIED: frozenset({_S.LET, _S.VACANT}),
        _S.LET: frozenset({_S.OCCUPIED, _S.VACANT}),
        _S.VACANT: frozenset({_S.OCCUPIED, _S.LET}),
    }
)


class PartyKind(Labelled):
    """Whether a party is a person or an organisation."""

    PERSON = "person", "个人"
    ORGANISATION = "organisation", "单位"


class Capacity(Labelled):
    """What a party is to a unit."""

    OWNER = "owner", "业主"
    CO_OWNER = "co_owner", "共有人"
    DEVELOPER = "developer", "开发商"
    TENANT = "tenant", "租户"
    HOUSEHOLD_MEMBER = "household_member", "家属"
    AGENT = "agent", "代办人"


# Who can owe a unit's charges: those who hold its title. A tenant may pay; the owner stays the debtor.
TITLE_HOLDERS = (Capacity.OWNER, Capacity.CO_OWNER, Capacity.DEVELOPER)


class Matter(Labelled):
    """A kind of business done at the desk, as a power of attorney names it."""

    PAYMENT = "payment", "缴费"
    REQUEST = "request", "报事"
    RELEASE = "release", "放行"
    FIT_OUT = "fit_out", "装修"
    ACCESS_CARD = "access_card", "门禁卡"
    MOVE_IN = "move_in", "入住更名"


class DocumentKind(Labelled):
    """A paper of the unit file (业主档案, 一户一档)."""

    HANDOVER_NOTICE = "handover_notice", "入伙通知书"
    RESIDENT_FORM = "resident_form", "住户登记表"
    COVENANTS = "covenants", "临时管理规约"
    SERVICE_AGREEMENT = "service_agreement", "物业服务协议"
    ITEM_LIST = "item_list", "物品钥匙清单"
    ID_COPY = "id_copy", "身份证明复印件"
    TITLE_PROOF = "title_proof", "产权证明"
    PAYMENT_PROOF = "payment_proof", "缴费凭证"
    INSPECTION_SHEET = "inspection_sheet", "验房表"
    SIGN_OFF = "sign_off", "交接签收单"
    LEASE = "lease", "租赁合同"
    POWER_OF_ATTORNEY = "power_of_attorney", "委托书"
    OTHER = "other", "其他"
