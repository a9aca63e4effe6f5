"""A law of the books, as a statement that finds what breaks it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from guanjia.accounts.models import Community
from guanjia.money.audit.books import Row, stream


@dataclass(frozen=True, slots=True)
class Check:
    """A law of the books; ``sql`` returns rows that break it, or that ``breaks`` has to look at one by one."""

    name: str
    law: str
    says: str
    sql: str
    breaks: Callable[[Row], bool] = lambda _row: True

    def faults(self, community: Community | None) -> Iterator[Row]:
        """Yield what breaks the law, with the ids to look it up by; call it inside a transaction."""
        return filter(self.breaks, stream(self.sql, community))
