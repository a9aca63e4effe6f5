"""Comparing the workbook's lines with what is on file: who, what and where they mean, and what stands against them."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from guanjia.accounts.models import Community
from guanjia.money.bills.explain import period_text
from guanjia.money.opening.balances import Arrear, Balances, Book, Held, Prepaid, overlapping
from guanjia.onboarding.matching import Row
from guanjia.onboarding.opening.known import Known
from guanjia.onboarding.opening.records import (
    ArrearLine,
    BookLine,
    DepositLine,
    Lines,
    PrepaidLine,
)
from guanjia.onboarding.row_reader import RowReader

_NAMED = 8


class Comparing:
    """Turns lines into balances, telling what does not fit; ``is_posted`` lines are compared with nothing posted since."""

    def __init__(
        self, known: Known, reader: RowReader, cut_over_on: date, *, is_posted: bool
    ) -> None:
        self.known = known
        self.reader = reader
        self.cut_over_on = cut_over_on
        self.is_posted = is_posted

    def balances(self, community: Community, lines: Lines) -> Balances:
        """Return what can be posted of ``lines``."""
        arrears = [(line, made) for line in lines.arrears if (made := self._arrear(line))]
        if not self.is_posted:
            found = overlapping(community, [made for _, made in arrears])
            for place, (first, last) in found.items():
                self.reader.error(
                    arrears[place][0].row,
                    "first",
                    f"与已有的账单重叠：{period_text(first, last)}",
                    "这一段已经出过账，请改账期或删去这一行",
                )
        return Balances(
            lines.digest,
            [made for _, made in arrears],
            list(self._prepaid(lines.prepaid)),
            [held for line in lines.deposits if (held := self._deposit(line))],
            list(self._books(lines.books)),
        )

    def _arrear(self, line: ArrearLine) -> Arrear | None:
        unit_id, item = self._unit(line.row, line.unit), self.known.items.get(line.item)
        if item is None:
            names = "、".join([*self.known.items][:_NAMED]) or "还没有收费项目"
            self.reader.error(
                line.row, "item", "没有这个收费项目", f"现有：{names}；新项目请先在“收费标准”里建"
            )
        if unit_id is None or item is None:
            return None
        return Arrear(
            unit_id=unit_id,
            item_id=item.pk,
            is_agency=item.is_agency,
            debtor_id=self._debtor(line, unit_id),
            first=line.first,
            last=line.last,
            due_on=line.due_on,
            amount_fen=line.owed_fen,
            paid_before_fen=line.paid_fen,
        )

    def _debtor(self, line: ArrearLine, unit_id: int) -> int | None:
        """Return who owes: who is named, else the debtor on the first day, else on the cut-over day."""
        if line.debtor:
            return self._named(line.row, "debtor", unit_id, line.debtor)
        if then := self.known.debtor_on(unit_id, line.first):
            return then.party_id
        now = self.known.debtor_on(unit_id, self.cut_over_on)
        told = f"按启用日的责任人“{now.name}”记" if now else "登记里没有责任人，记在房屋上"
        remedy = "如是别人欠的，请填“责任人姓名”，此人要先在登记里"
        self.reader.warn(line.row, "debtor", f"查不到账期首日的责任人，{told}", remedy)
        return now.party_id if now else None

    def _prepaid(self, lines: list[PrepaidLine]) -> Iterator[Prepaid]:
        seen: dict[tuple[int, int | None], Row] = {}
        for line in lines:
            unit_id = self._unit(line.row, line.unit)
            if unit_id is None:
                continue
            if line.name:
                party_id = self._named(line.row, "name", unit_id, line.name)
            else:
                now = self.known.debtor_on(unit_id, self.cut_over_on)
                party_id = now.party_id if now else None
                if now is None:
                    remedy = "可填“姓名”，此人要先在登记里"
                    self.reader.warn(line.row, "name", "登记里没有责任人，预存记在房屋上", remedy)
            earlier = seen.setdefault((unit_id, party_id), line.row)
            if earlier is not line.row and not self.reader.is_bad(line.row):
                message = f"与第 {earlier.number} 行是同一户同一人"
                self.reader.error(line.row, "name", message, "请合并成一行")
            yield Prepaid(unit_id, party_id, line.amount_fen)

    def _deposit(self, line: DepositLine) -> Held | None:
        unit_id, kind_id = self._unit(line.row, line.unit), self.known.kinds.get(line.kind)
        if kind_id is None:
            names = "、".join([*self.known.kinds][:_NAMED])
            remedy = f"现有：{names}；新种类请先在“收费标准 › 押金种类”里建"
            self.reader.error(line.row, "kind", "没有这个押金种类", remedy)
        if unit_id is None or kind_id is None:
            return None
        payer = self._payer(line, unit_id)
        if payer is None:
            return None
        return Held(
            unit_id=unit_id,
            kind_id=kind_id,
            party_id=payer[0],
            payer_name=payer[1],
            reference=line.purpose,
            old_receipt=line.receipt,
            received_on=line.received_on,
            amount_fen=line.amount_fen,
        )

    def _payer(self, line: DepositLine, unit_id: int) -> tuple[int | None, str] | None:
        """Return whose it is: who is named, registered or not, else the debtor of that day; None where nobody is told."""
        if line.name:
            found = self.known.named(unit_id, line.name)
            if len(found) != 1:
                remedy = "退押金时要凭原收据和身份证件核对；是本户登记里的人，请核对姓名"
                self.reader.warn(line.row, "name", "登记里认不出这个人，按所填姓名记", remedy)
            return (found.pop() if len(found) == 1 else None), line.name
        then = self.known.debtor_on(unit_id, line.received_on)
        if then is None:
            self.reader.error(
                line.row, "name", "没有填缴款人，登记里也查不到那天的责任人", "请填“缴款人”"
            )
            return None
        return then.party_id, then.name

    def _books(self, lines: list[BookLine]) -> Iterator[Book]:
        prefixes = {desk.name: desk.prefix for desk in self.known.desks.values()}
        prefixes |= {
            line.desk: line.prefix for line in lines if line.prefix and line.desk in prefixes
        }
        uses = Counter(prefixes.values())
        for line in lines:
            desk = self.known.desks.get(line.desk)
            if desk is None:
                names = "、".join(self.known.desks) or "还没有收银台"
                remedy = f"现有：{names}；新的请先在“管理 › 收银台”里开设"
                self.reader.error(line.row, "desk", "没有这个收银台", remedy)
                continue
            book = Book(desk.pk, line.prefix or desk.prefix, line.next_number)
            if desk.last_number and not self.is_posted:
                if book.next_number != desk.last_number + 1:
                    self.reader.error(
                        line.row,
                        "next",
                        f"这个收银台已经开到 {desk.last_number} 号",
                        f"开过收据就不能改号，请填 {desk.last_number + 1} 或删去这一行",
                    )
                if book.prefix != desk.prefix:
                    self.reader.error(
                        line.row,
                        "prefix",
                        "开过收据的收银台不能改字头",
                        f"请填“{desk.prefix}”或留空",
                    )
            if uses[book.prefix] > 1:
                self.reader.error(
                    line.row, "prefix", "字头与别的收银台相同", "请另定一个，免得两本收据号码相同"
                )
            yield book

    def _unit(self, row: Row, key: str) -> int | None:
        found = self.known.units.get(key)
        if found is None:
            remedy = "请核对房号；新房屋请先导入登记"
            # The cell itself is shown masked, like every long number.
            told = f" {key} " if "-" in key else ""
            self.reader.error(row, "number", f"登记里没有{told}这套房屋", remedy)
        return found

    def _named(self, row: Row, field: str, unit_id: int, name: str) -> int | None:
        found = self.known.named(unit_id, name)
        if len(found) == 1:
            return found.pop()
        if found:
            message, remedy = "这户有几位同名的人", "请在登记里改成能分辨的姓名，再导入"
        else:
            message = "这户的登记里没有这个人"
            remedy = "请核对姓名；前业主请先在登记里补上，写明起止日期"
        self.reader.error(row, field, message, remedy)
        return None
