"""The fixed vocabularies of the staff matrix (lines MODE-1 to MODE-4)."""

from types import MappingProxyType

from guanjia.core.labelled import Labelled


class DepartmentKind(Labelled):
    """A department: the reporting line (行政线)."""

    MANAGEMENT = "management", "管理中心"
    CUSTOMER_SERVICE = "customer_service", "客户服务部"
    SECURITY = "security", "安全管理部"
    ENVIRONMENT = "environment", "环境维护部"
    FACILITIES = "facilities", "设施设备维护部"
    FINANCE = "finance", "财务部"


class Trade(Labelled):
    """A trade of a patch's team: the service line (服务线)."""

    GUARD = "guard", "秩序维护员"
    TECHNICIAN = "technician", "设施设备维护员"
    CLEANER = "cleaner", "保洁绿化员"


# Where the two lines cross (MODE-1): each trade of a patch's team reports to a department of its own.
REPORTS_TO = MappingProxyType(
    {
        Trade.GUARD: DepartmentKind.SECURITY,
        Trade.TECHNICIAN: DepartmentKind.FACILITIES,
        Trade.CLEANER: DepartmentKind.ENVIRONMENT,
    }
)
