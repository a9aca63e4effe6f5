"""The Python environment behind every program in ``bin/``, on the standard library alone.

``enter("run")`` makes ``.venv`` fit ``requirements/run.lock`` and carries on inside it. A stamp remembers what
was installed, so a second start does no work; without a stamp the environment is made, or mended, in place.
Windows takes the same road but has not been tried.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed.json"

sys.path.insert(0, str(ROOT))


def enter(lock: str) -> None:
    """Make the environment of ``requirements/<lock>.lock`` and continue this program inside it."""
    if sys.version_info < (3, 11):  # noqa: UP036 (the reader's Python may be any)
        sys.exit("需要 Python 3.11 或更新的版本（Python 3.11 or newer is needed）")
    if not _installed(lock):
        from guanjia.core.file_locks import exclusive

        with exclusive(ROOT / ".venv.lock"):
            if not _installed(lock):
                _install(lock)
    if Path(sys.prefix).resolve() != VENV.resolve():
        command = [str(PYTHON), *sys.argv]
        if os.name == "nt":  # exec returns to the caller's prompt there
            sys.exit(call(command))
        os.execv(PYTHON, command)  # noqa: S606 (there is no shell)


def call(command: list[str], env: dict[str, str] | None = None, cwd: Path | None = None) -> int:
    """Run ``command`` and return its exit code; Ctrl-C is its own affair, SIGTERM is passed on."""
    with subprocess.Popen(command, env=env, cwd=cwd) as process:
        before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            while True:
                try:
                    return process.wait()
                except KeyboardInterrupt:
                    continue
        finally:
            signal.signal(signal.SIGTERM, before)


def _fingerprint(lock: str) -> str:
    wanted = (ROOT / "requirements" / f"{lock}.lock").read_bytes()
    return hashlib.sha256(wanted + sys.version[:4].encode()).hexdigest()


def _installed(lock: str) -> bool:
    try:
        stamp = json.loads(STAMP.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return False
    return bool(stamp.get(lock) == _fingerprint(lock) and PYTHON.exists())


def _install(lock: str) -> None:
    print("正在准备运行环境……（preparing the environment, a minute or so）", file=sys.stderr)
    STAMP.unlink(missing_ok=True)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]
    sound = PYTHON.exists() and not _run([*pip, "--version"])
    if not sound and _run([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        sys.exit(
            "无法创建运行环境；Debian 或 Ubuntu 请先执行 apt install python3-venv"
            "（python -m venv failed）"
        )
    requirements = ROOT / "requirements" / f"{lock}.lock"
    # The lock names everything, so nothing is resolved; what is imported is compiled then, the rest never.
    install = [*pip, "install", "-qq", "--no-deps", "--no-compile", "--require-hashes"]
    if _run([*install, "-r", str(requirements)]):
        sys.exit("安装依赖失败，请检查网络或 pip 镜像后重试（pip could not install; see above）")
    made = {lock: _fingerprint(lock)}
    if lock == "test":  # everything that run.lock names is in test.lock too
        made["run"] = _fingerprint("run")
    STAMP.write_text(json.dumps(made), encoding="ascii")


def _run(command: list[str]) -> int:
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
