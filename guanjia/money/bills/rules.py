"""When a month may be billed."""

from datetime import date
from typing import Literal

from guanjia.core.calendar import Month
from guanjia.core.refusal import Refusal


def may_issue(month: Month, *, today: date, ahead: bool = False) -> Literal[True] | Refusal:
    """Return True, or why ``month`` can't be billed on ``today``.

    Bills can't be taken back by typing another year: beyond the coming month it has to be said expressly.
    """
    if ahead or month - Month.of(today) <= 1:
        return True
    return Refusal(
        f"{month.label}还早，目前最多出到{(Month.of(today) + 1).label}",
        "请核对年份和月份；确实要提前出账，请用命令 bin/guanjia bill 并加上 --ahead",
    )
