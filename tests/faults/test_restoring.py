"""An office is killed whole, its data are lost, and everything acknowledged is there again by command."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

pytestmark = [
    pytest.mark.rules,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and owners are POSIX"),
]
OPEN_OFFICE = """
from django.utils import timezone
from guanjia.accounts.tests.factories import MORNING
from guanjia.money.closing.tests.factories import begin_shift, end_shift, the_shift
from guanjia.money.payments.tests.factories import make_office
office = make_office()
end_shift(the_shift(office.desk), by=office.cashier, at=MORNING)
begin_shift(office.desk, by=office.cashier, at=timezone.now())
for n in range(6):
    office.unit()
office.bill()
print(office.community.code, office.cashier.staff_no)
"""
UNITS = """
from django.db.models import F
from guanjia.money.bills.models import Bill
print(*Bill.objects.filter(paid_fen__lt=F("amount_fen")).values_list("unit__key", flat=True))
"""
ACKNOWLEDGE = """
from django.utils import timezone
from guanjia.accounts.models import Community, User
from guanjia.money.payments.witnessing import acknowledge_losses
place, by = Community.objects.get(), User.objects.first()
print(acknowledge_losses(community=place, reason="恢复到出错之前", by=by, at=timezone.now()))
"""


class Office:
    """An office of its own on this machine, worked by its commands."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.said = home.with_name("said")
        inherited = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("DATABASE", "GUANJIA", "DJANGO", "PG"))
        }
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.variables = inherited | {"GUANJIA_HOME": str(home), "PORT": str(port)}
        self.running: subprocess.Popen[bytes] | None = None
        self.code = self.cashier = ""

    def say(self, *words, expect=0):
        done = subprocess.run(
            [sys.executable, str(ROOT / "bin/guanjia"), *words],
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == expect, done.stderr
        return done.stdout.strip() if expect == 0 or done.stdout else done.stderr.strip()

    def ask(self, code):
        return self.say("shell", "-v0", "-c", code).splitlines()[-1].split()

    def open(self):
        """Run the program until the log is being received and a backup taken."""
        self.said.unlink(missing_ok=True)
        with self.said.open("w") as said:
            self.running = subprocess.Popen(
                [sys.executable, str(ROOT / "bin/run"), "--empty"],
                env=self.variables,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wanted = {"commits now wait", "a backup was taken"}
        follow = ["tail", "-n", "+1", "-f", f"--pid={self.running.pid}", str(self.said)]
        with subprocess.Popen(follow, stdout=subprocess.PIPE, text=True) as tail:
            assert tail.stdout
            for line in tail.stdout:
                wanted -= {words for words in wanted if words in line}
                if not wanted:
                    tail.terminate()
        assert not wanted, self.said.read_text()

    def newest_backup(self):
        return max(self.home.glob("backups/[!.]*/backup.json")).parent

    def pay(self, unit):
        told = self.say(
            *("take_payment", "--community", self.code, "--unit", unit, "--method", "cash"),
            *("--by", self.cashier, "--json"),
        )
        return json.loads(told)["receipt"]

    def kill(self):
        """Kill every process of the office at once, as a power cut would."""
        assert self.running
        data = self.home / "database/data"
        postmaster = int((data / "postmaster.pid").read_text().splitlines()[0])
        told = subprocess.run(
            ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
        ).stdout
        parents = {int(pid): int(ppid) for pid, ppid in map(str.split, told.splitlines())}
        doomed = {self.running.pid, postmaster}
        for _ in range(5):
            doomed |= {pid for pid, ppid in parents.items() if ppid in doomed}
        for pid in doomed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.running.wait()
        self.running = None

    def close(self):
        if self.running:
            self.running.terminate()
            self.running.wait()
            self.running = None


@pytest.fixture(scope="module")
def office():
    with tempfile.TemporaryDirectory(prefix="guanjia-office-") as name:
        Path(name).chmod(0o711)
        office = Office(Path(name) / "home")
        office.say("prepare")
        office.code, office.cashier = office.ask(OPEN_OFFICE)
        try:
            office.open()
            yield office
        finally:
            office.close()


def test_an_office_lives_through_the_loss_of_everything(office):
    units = office.ask(UNITS)
    receipts = [office.pay(unit) for unit in units[:2]]

    then = datetime.now(UTC).isoformat()
    drilled = json.loads(office.say("drill", "--json"))
    assert (drilled["verdict"], drilled["rpo_seconds"]) == ("whole", 0)
    assert drilled["found"]["restored"] == drilled["found"]["live"]

    assert "还开着" in office.say("restore", str(office.home / "backups"), expect=1)

    receipts.append(office.pay(units[2]))
    acknowledged = office.say("ledger_heads")
    office.kill()
    shutil.rmtree(office.home / "database/data")
    restored = json.loads(office.say("restore", str(office.home / "backups"), "--json"))
    assert restored["broken"] == []
    assert office.say("ledger_heads") == acknowledged
    assert receipts == ["0007444", "0007445", "0007446"]

    office.open()  # on a new timeline: another log, another backup
    assert office.pay(units[3]) == "0007447"
    office.close()

    # The control: with nobody to receive the log, the drill says what would be lost.
    office.pay(units[4])
    behind = json.loads(office.say("drill", "--json", expect=3))
    assert behind["verdict"] == "behind"
    assert any(line.startswith("receipts") for line in behind["found"]["missing"])

    # And a backup that was tampered with is found out, and kept from crowding out the good one.
    newest = office.newest_backup()
    archive = newest / "base.tar.gz"
    archive.write_bytes(archive.read_bytes()[:-2000])
    assert "恢复不了" in office.say("drill", expect=1)
    before = office.say("ledger_heads")
    assert "已损坏" in office.say("restore", str(newest), expect=1)
    assert office.say("ledger_heads") == before

    # Back to a moment of the past: the books are sound, and the witness knows three receipts that they lack.
    told = office.say("restore", str(office.home / "backups"), "--until", then, "--json")
    assert json.loads(told)["unwitnessed"] == 3
    assert office.say("ledger_audit", "--json", expect=1)
    assert "号码 7446–7448" in office.say("witness", expect=1)
    refused = ("take_payment", "--community", office.code, "--unit", units[5], "--method", "cash")
    said = office.say(*refused, "--by", office.cashier, expect=1)
    assert "账里没有的收据，收款先停" in said
    assert office.ask(ACKNOWLEDGE) == ["3"]
    assert office.pay(units[5]) == "0007449"
    assert "账务无误" in office.say("ledger_audit")
