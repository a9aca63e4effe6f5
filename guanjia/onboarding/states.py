"""How far an import has come."""

from types import MappingProxyType

from guanjia.core.labelled import Labelled


class ImportKind(Labelled):
    """What a workbook brings."""

    REGISTER = "register", "房屋登记"
    OPENING = "opening", "期初"


class ImportStatus(Labelled):
    """An import is looked at before it is written."""

    PREVIEWED = "previewed", "预览，尚未写入"
    DONE = "done", "已导入"


TRANSITIONS = MappingProxyType(
    {
        ImportStatus.PREVIEWED: frozenset({ImportStatus.DONE}),
        ImportStatus.DONE: frozenset[ImportStatus](),
    }
)
