"""What can go wrong with the embedded server, in one line that the office can act on."""

import errno
import re


class EmbeddedServerError(Exception):
    """The server cannot be started; the message is one line, Chinese first."""


DISK_FULL = "磁盘已满，请清理后再启动（the disk is full）"


def explain_log(text: str) -> EmbeddedServerError:
    """Return the reason hidden in what ``initdb`` or the server wrote before it gave up."""
    if "No space left on device" in text:
        return EmbeddedServerError(DISK_FULL)
    lines = text.strip().splitlines()
    told = (
        [line for line in lines if re.search(r"FATAL|PANIC|ERROR|error:", line)] or lines or ["?"]
    )
    return EmbeddedServerError(
        f"内置数据库启动失败（PostgreSQL did not start）：{told[-1].strip()}"
    )


def explain_os(problem: OSError) -> EmbeddedServerError:
    """Return the reason for a file that could not be written or run."""
    if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
        return EmbeddedServerError(DISK_FULL)
    if isinstance(problem, PermissionError):
        return EmbeddedServerError(
            f"没有权限使用 {problem.filename}，请用原来的账号启动"
            "（permission denied; start as the user who started it first）"
        )
    return EmbeddedServerError(f"无法使用 {problem.filename}：{problem.strerror}")


def explain_address(problem: str) -> EmbeddedServerError:
    """Return why the server that ``DATABASE_URL`` names cannot be used; the address itself may hold a password."""
    lines = str(problem).strip().splitlines() or ["?"]
    return EmbeddedServerError(
        f"DATABASE_URL 不能用（the database refused us）：{lines[-1].strip()}"
    )
