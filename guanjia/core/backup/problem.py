"""What can go wrong with a backup, in one line that the office can act on."""

import errno

FULL = "备份所在的磁盘已满，请清理或换一个目录（the backup disk is full）"
_NOT_ALLOWED = ("replication role", "for replication connection", "permission denied")


class BackupError(Exception):
    """A backup, a restore or a drill cannot be done; the message is one line, Chinese first."""


def explain(words: str) -> BackupError:
    """Return the reason hidden in what a PostgreSQL program wrote before it gave up."""
    if "No space left on device" in words:
        return BackupError(FULL)
    lines = [line for line in words.strip().splitlines() if line.strip()] or ["?"]
    told = [line for line in lines if "error:" in line or "FATAL" in line] or lines
    if any(hint in words for hint in _NOT_ALLOWED):
        return BackupError(
            f"数据库不许这个登录复制，请给它 REPLICATION 权限并在 pg_hba.conf 里放行，"
            f"用 DATABASE_REPLICATION_URL 写明（replication is not allowed）：{told[0].strip()}"
        )
    return BackupError(f"备份程序报错（PostgreSQL said）：{told[-1].strip()}")


def explain_os(problem: OSError) -> BackupError:
    """Return the reason for a file that could not be read or written."""
    if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
        return BackupError(FULL)
    return BackupError(f"无法读写 {problem.filename}：{problem.strerror}")
