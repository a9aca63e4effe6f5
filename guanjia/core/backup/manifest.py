"""PostgreSQL's list of a backup's files and their checksums, read and checked by ourselves.

``pg_verifybackup`` does the same, but not every build that we may meet runs it without a crash.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from guanjia.core.backup.problem import BackupError

MANIFEST = "backup_manifest"
CHECKSUMS = "--manifest-checksums=SHA256"
_SEAL = b'"Manifest-Checksum"'


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the list. Raises BackupError when it is not the one that was written."""
    text = path.read_bytes()
    body, mark, _ = text.partition(_SEAL)
    try:
        manifest: dict[str, Any] = json.loads(text)
    except ValueError as damaged:
        raise BackupError(f"{path} 已损坏（damaged manifest）") from damaged
    if not mark or hashlib.sha256(body).hexdigest() != manifest["Manifest-Checksum"]:
        raise BackupError(f"{path} 已损坏（damaged manifest）")
    return manifest


def verify(path: Path, data: Path) -> None:
    """Compare every file of ``data`` with the list. Raises BackupError, naming the first that differs."""
    for told in read_manifest(path)["Files"]:
        name = told.get("Path") or bytes.fromhex(told["Encoded-Path"]).decode("utf-8", "replace")
        try:
            with (data / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            found = ""
        if found != told.get("Checksum"):
            raise BackupError(f"备份里的 {name} 已损坏或缺失（damaged or missing in the backup）")
