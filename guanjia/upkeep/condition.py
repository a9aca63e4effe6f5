"""What is well and what is not: for whoever watches the machine, and for whoever answers for the office."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min

from guanjia.core.backup.receiver import slot_name
from guanjia.money.ledger.witness import witness
from guanjia.money.payments.models import Desk
from guanjia.records.key_witness import key_fault
from guanjia.records.models import OutboxMessage
from guanjia.upkeep import office

BACKUP_IS_OLD = timedelta(hours=30)


class State(StrEnum):
    """How things stand. Amber works on and needs somebody; red does not work as it should."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is looked at; ``words`` say what is wrong and what to do, '' when nothing is."""

    name: str
    state: State = State.GREEN
    words: str = ""


def conditions(now: datetime) -> Iterator[Condition]:
    """Yield how each thing stands; what stands on one that is red is not looked at. Never raises."""
    for name, look in (("database", _database), ("schema", _schema), ("keys", _keys)):
        found = _looked_at(name, look)
        yield found
        if found.state is State.RED:
            return
    yield _looked_at("witness", _witness)
    yield _looked_at("logins", _logins)
    yield _looked_at("receiver", _receiver)
    yield _looked_at("backup", lambda: backup_condition(now))


def worst(found: list[Condition]) -> State:
    """Return the worst of their states."""
    states = {condition.state for condition in found}
    return State.RED if State.RED in states else max(states, key=list(State).index)


def oldest_message_s(now: datetime) -> int | None:
    """Return how long the oldest message to the outside has waited, in seconds; None when none waits."""
    waiting = OutboxMessage.objects.filter(done_at=None)
    since = waiting.aggregate(since=Min("created_at"))["since"]
    return int((now - since).total_seconds()) if since else None


def backup_condition(now: datetime) -> Condition:
    """Tell whether there is a backup of last night, on another disk than the database."""
    latest = office.store().latest()
    if latest is None:
        return Condition("backup", State.AMBER, "还没有一份备份：请运行 bin/guanjia backup")
    if now - latest.at > BACKUP_IS_OLD:
        hours = int((now - latest.at).total_seconds()) // 3600
        return Condition("backup", State.AMBER, f"最近的备份是 {hours} 小时以前的：请检查备份盘")
    if settings.EMBEDDED and _disk(settings.BACKUPS) == _disk(office.place()):
        return Condition(
            "backup",
            State.AMBER,
            "备份和数据库在同一块盘上，盘坏了会一起丢：请用 GUANJIA_BACKUPS 换到另一块盘",
        )
    return Condition("backup")


def _looked_at(name: str, look: Callable[[], Condition]) -> Condition:
    try:
        return look()
    except (DatabaseError, OSError) as fault:
        said = (str(fault).splitlines() or ["?"])[0]
        return Condition(name, State.RED, f"检查不了：{type(fault).__name__} {said}")


def _database() -> Condition:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Condition("database")


def _schema() -> Condition:
    if _expected() <= MigrationRecorder(connection).applied_migrations().keys():
        return Condition("schema")
    return Condition(
        "schema", State.RED, "数据库结构不是这个版本的：请运行 bin/guanjia migrate，或重新启动"
    )


@cache
def _expected() -> frozenset[tuple[str, str]]:
    """Return the newest migration of each app; it is this process's own code, so it never changes."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def _keys() -> Condition:
    fault = key_fault()
    return Condition("keys", State.RED, fault) if fault else Condition("keys")


def _witness() -> Condition:
    """Compare the last numbers alone; the nightly audit looks at each. The witness is read before the books."""
    outside = witness()
    seen = {
        (pk, series): last.number
        for pk in {pk for pk, _ in outside.series()}
        for series, last in outside.last(pk).items()
    }
    rows = Desk.objects.order_by().values_list("community_id", "pk", "last_number")
    books = {(pk, f"desk {desk}"): last for pk, desk, last in rows}
    if any(number > books.get(key, 0) for key, number in seen.items()):
        return Condition(
            "witness", State.RED, "账里缺外部见证记着的收据，收款已停：请运行 bin/guanjia witness"
        )
    if not outside.is_copied():
        return Condition(
            "witness", State.AMBER, "见证的第二处没有跟上：请检查 GUANJIA_WITNESS_COPY"
        )
    return Condition("witness")


def _logins() -> Condition:
    """Tell whether the program works as the tables' owner: then the guards are only as good as its manners."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'ledger_entry'"
        )
        (is_owner,) = cursor.fetchone() or (False,)
    if is_owner:
        return Condition(
            "logins",
            State.AMBER,
            "建表和日常用的是同一个登录，数据库挡不住对账的改动：请分开两个登录",
        )
    return Condition("logins")


def _receiver() -> Condition:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT active FROM pg_replication_slots WHERE slot_name = %s",
            [slot_name(str(settings.DATABASES["default"]["NAME"]))],
        )
        (active,) = cursor.fetchone() or (False,)
    if active:
        return Condition("receiver")
    return Condition(
        "receiver", State.AMBER, "没有在接收数据库日志，两次备份之间的会丢：请检查备份盘，看日志"
    )


def _disk(path: Path) -> int:
    while not path.exists():
        path = path.parent
    return path.stat().st_dev
