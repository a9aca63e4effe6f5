"""The key ring: files beside the data, backed up apart from it.

``seal.json`` holds ``{"current": "k1", "seal": {"k1": base64 of 32 bytes}, "index": base64 of 32 bytes}``.
New values are sealed with the current key; older keys stay until a rotation has re-sealed everything.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from guanjia.core.file_locks import exclusive, sync_directory

KEY_FILE = "seal.json"
_NONCE_BYTES = 12
_INDEX_BYTES = 16


class KeysMissingError(Exception):
    """The key file is not where it should be, or lacks the key a value was sealed with."""


@dataclass(frozen=True)
class KeyRing:
    """The keys in force."""

    current: str
    seal_keys: dict[str, bytes]
    index_key: bytes

    def seal(self, text: str, *, purpose: str) -> bytes:
        """Return ``text`` encrypted (AES-256-GCM), bound to its ``purpose`` so it can't be moved elsewhere."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._current_cipher.encrypt(nonce, text.encode(), purpose.encode())
        return self._current_name + nonce + sealed

    @cached_property
    def _current_cipher(self) -> AESGCM:
        return AESGCM(self.seal_keys[self.current])

    @cached_property
    def _current_name(self) -> bytes:
        name = self.current.encode()
        return bytes([len(name)]) + name

    def open(self, token: bytes, *, purpose: str) -> str:
        """Return the text in ``token``. Raises KeysMissingError when its key is gone or it was tampered with."""
        name, rest = token[1 : 1 + token[0]].decode(), token[1 + token[0] :]
        key = self.seal_keys.get(name)
        if key is None:
            raise KeysMissingError(f"密钥 {name} 不在 {KEY_FILE} 中：请从密钥备份恢复该文件")
        try:
            return (
                AESGCM(key)
                .decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], purpose.encode())
                .decode()
            )
        except InvalidTag as fault:
            raise KeysMissingError(f"密文无法用密钥 {name} 打开：密钥文件与数据不配套") from fault

    def index(self, text: str, *, purpose: str) -> bytes:
        """Return a 16-byte blind index: equal texts give equal bytes, and nothing else is told."""
        return hmac.digest(self.index_key, f"{purpose}:{text}".encode(), hashlib.sha256)[
            :_INDEX_BYTES
        ]

    @property
    def fingerprint(self) -> str:
        """Name the index key without telling it; kept in the database to notice a wrong key file."""
        return hashlib.sha256(b"guanjia index key" + self.index_key).hexdigest()[:16]

    def seal_fingerprint(self, name: str) -> str:
        """Name a seal key likewise, to notice an older key file; '' where there is none called ``name``."""
        key = self.seal_keys.get(name)
        return hashlib.sha256(b"guanjia seal key" + key).hexdigest()[:16] if key else ""


def create(directory: Path) -> KeyRing:
    """Write a first key file (mode 0600); never over an existing one."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = {"current": "k1", "seal": {"k1": _new_key()}, "index": _new_key()}
    handle = os.open(directory / KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        json.dump(content, file, indent=1)
    return load(directory)


def add_key(directory: Path) -> KeyRing:
    """Add a new current key, keeping the old ones; the file is replaced in one step, and is on the disk.

    Two rotations at once add two keys, one after the other: neither may lose the other's.
    """
    path = directory / KEY_FILE
    with exclusive(path.with_suffix(".lock")):
        content = json.loads(path.read_text(encoding="ascii"))
        name = f"k{len(content['seal']) + 1}"
        content["seal"][name] = _new_key()
        content["current"] = name
        beside = path.with_suffix(".new")
        beside.touch(mode=0o600)
        with beside.open("w", encoding="ascii") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync_directory(directory)
        return load(directory)


def load(directory: Path) -> KeyRing:
    """Return the key ring in ``directory``. Raises KeysMissingError in words an operator can act on.

    A file that has been replaced is read again, so a rotation reaches processes that are running.
    """
    try:
        return _read(directory, (directory / KEY_FILE).stat().st_mtime_ns)
    except FileNotFoundError as fault:
        raise KeysMissingError(
            f"找不到密钥文件 {directory / KEY_FILE}：证件号和电话无法读写。请从密钥备份恢复，"
            "或在全新安装时运行 bin/guanjia keys --create"
        ) from fault


@lru_cache(maxsize=4)
def _read(directory: Path, _changed: int) -> KeyRing:
    try:
        content = json.loads((directory / KEY_FILE).read_text(encoding="ascii"))
        keys = {name: base64.b64decode(key) for name, key in content["seal"].items()}
        return KeyRing(content["current"], keys, base64.b64decode(content["index"]))
    except (ValueError, KeyError) as fault:
        raise KeysMissingError(
            f"密钥文件 {directory / KEY_FILE} 已损坏：请从密钥备份恢复"
        ) from fault


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
