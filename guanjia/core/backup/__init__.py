"""Copies of the database that can be brought back: base backups, the log between them, and how to replay both."""

from guanjia.core.backup.problem import BackupError

__all__ = ["BackupError"]
