"""The workbooks that are understood, as data: which sheets, which columns, under which headings.

A column's field is what it means here; '' is known and not imported. The first heading of each column is
the one that our own template carries.
"""

from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Column:
    """A column: its field, its heading, and other headings that mean the same."""

    field: str
    heading: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A sheet of a layout. ``role`` says what its rows are; ``fixed`` holds what every row is without saying."""

    name: str
    title: str
    role: str
    columns: tuple[Column, ...]
    required: frozenset[str]
    fixed: dict[str, str] = field(default_factory=dict)

    @cached_property
    def headings(self) -> dict[str, str]:
        """Every heading that is understood, with its field."""
        return {
            heading: column.field
            for column in self.columns
            for heading in (column.heading, *column.aliases)
        }

    @cached_property
    def labels(self) -> dict[str, str]:
        """Each field's own heading."""
        return {column.field: column.heading for column in self.columns if column.field}


@dataclass(frozen=True)
class Layout:
    """A workbook's sheets."""

    name: str
    label: str
    tables: tuple[Table, ...]


def columns(listed: str) -> tuple[Column, ...]:
    """Read lines of ``field heading alias…``; a field of - is known and not imported."""
    lines = (line.split() for line in listed.strip().splitlines())
    return tuple(
        Column("" if name == "-" else name, heading, tuple(aliases))
        for name, heading, *aliases in lines
    )


REGISTER = Table(
    name="register",
    title="房屋与业主",
    role="units",
    required=frozenset({"number"}),
    columns=columns("""
        number 房号 房间号 房屋号 房屋编号 房间编号 房屋 门牌号 单元房号
        building 楼栋 楼栋号 楼号 栋号 幢号 楼栋编号 栋
        entrance 单元 单元号 单元编号 梯
        floor 楼层 所在楼层 层
        kind 类型 房屋类型 房产类型 物业类型 业态
        gross_area 建筑面积 面积 产权面积 计费面积 收费面积
        internal_area 套内面积 室内面积 使用面积 实用面积
        layout 户型 房屋户型
        customer_tier 收费类别 计费类别 用户类别 用户性质
        status 状态 房屋状态 入住状态 使用状态
        handed_over_on 交付日期 交房日期 接房日期 收房日期 入伙日期
        main 户 主房号 所属户 关联房号
        name 业主姓名 姓名 业主 业主名称 客户名称 客户姓名 住户姓名 产权人
        party_kind 客户类别 客户类型
        id_number 证件号 身份证号 身份证号码 证件号码 身份证 统一社会信用代码
        phone 电话 手机号 手机 联系电话 手机号码 电话号码 联系方式
        capacity 身份 住户类型 人员类型 业主类型
        relation 与房屋关系 与业主关系 关系
        share 份额 产权份额 产权比例
        begins_on 起始日 入住日期 开始日期 租期起
        ends_on 截止日 结束日期 租期止 到期日
        is_debtor 缴费责任人 缴费人
        scope 委托事项
        document_no 委托书编号 合同编号
        fees 收费标准 收费项目 房屋费用
        fees_begin 计费起始日 费用开始时间 计费开始日期
        fees_end 计费截止日 费用结束时间 计费结束日期
    """),
)
PRICES = Table(
    name="prices",
    title="收费标准",
    role="prices",
    required=frozenset({"item", "basis", "effective_from"}),
    columns=columns("""
        item 收费项目 费用项目
        tariff 收费标准 标准名称
        effective_from 生效日 生效日期 执行日期
        basis 计费依据 计费方式
        unit_price 单价 计费单价
        addition 每月附加 附加费
        steps 分档价目 楼层价目 阶梯价
        cycle_months 缴费周期 周期
        anchor 周期起点
        timing 付费方式
        due_days 缴费宽限 宽限天数
        part_month 不足月
        rounding 取整 取整方式
        is_agency 代收代付
        evidence 依据 定价依据
    """),
)
VEHICLES = Table(
    name="vehicles",
    title="车辆",
    role="vehicles",
    required=frozenset({"number", "plate"}),
    columns=columns("""
        number 房号 房间号 房屋编号
        plate 车牌 车牌号 车牌号码
        name 车主 车主姓名 姓名
    """),
)
OWN = Layout("own", "本系统模板", (REGISTER, PRICES, VEHICLES))

# HC小区 (MicroCommunity), its "批量导入" workbook as it is, with its codes.
HC = Layout(
    "hc",
    "HC 小区导入表",
    (
        Table(
            name="hc.buildings",
            title="楼栋单元",
            role="buildings",
            required=frozenset({"building", "entrance"}),
            columns=columns("""
                building 楼栋号 楼栋编号
                entrance 单元编号
                - 总层数
                - 是否有电梯
            """),
        ),
        Table(
            name="hc.people",
            title="业主信息",
            role="people",
            required=frozenset({"name", "person_ref"}),
            columns=columns("""
                - 编号
                name 业主名称 姓名
                - 性别
                - 年龄
                phone 手机号
                id_number 身份证号
                capacity 业主类型
                person_ref 业主编号
            """),
        ),
        Table(
            name="hc.prices",
            title="费用设置",
            role="prices",
            required=frozenset({"code", "item", "basis", "effective_from"}),
            fixed={"anchor": "start"},
            columns=columns("""
                code 费用编号
                - 费用类型
                item 收费项目
                recurrence 费用标识
                timing 付费类型
                cycle_months 缴费周期
                - 出账类型
                effective_from 计费起始时间
                charged_until 计费结束时间
                basis 计算公式
                unit_price 计费单价
                steps 分档价目 楼层价目
                addition 固定费用
            """),
        ),
        Table(
            name="hc.rooms",
            title="房屋信息",
            role="units",
            required=frozenset({"number", "building", "entrance"}),
            columns=columns("""
                number 房屋编号
                building 楼栋编号
                entrance 单元编号
                floor 房屋楼层
                layout 房屋户型
                gross_area 建筑面积
                person_ref 业主编号
                fees 房屋费用
                fees_begin 费用开始时间
                kind 房屋类型
                customer_tier 收费类别 用户类别
                internal_area 室内面积
                - 租金
            """),
        ),
        Table(
            name="hc.parking",
            title="车位信息",
            role="units",
            required=frozenset({"space"}),
            fixed={"kind": "parking_space"},
            columns=columns("""
                lot 停车场编号
                space 车位编码 车位编号
                - 停车场类型
                gross_area 面积
                person_ref 业主编号
                plate 车牌号
                - 车品牌
                - 车类型
                - 颜色
                letting 出租还是出售
                begins_on 开始时间
                ends_on 结束时间
            """),
        ),
    ),
)
LAYOUTS = (OWN, HC)
