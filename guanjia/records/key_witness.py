"""Whether the key file belongs to this database, and is no older than it."""

from django.conf import settings

from guanjia.core.sealing.keys import KeysMissingError, load
from guanjia.records.models import KeyWitness


def remember_key() -> None:
    """Keep the fingerprints of the keys in force; call it once ``key_fault`` has found none."""
    ring = load(settings.SECRETS_DIR)
    sealing = {
        "seal_key": ring.current,
        "seal_fingerprint": ring.seal_fingerprint(ring.current),
    }
    KeyWitness.objects.update_or_create(
        pk=1, defaults=sealing, create_defaults={"fingerprint": ring.fingerprint, **sealing}
    )


def key_fault() -> str | None:
    """Return what is wrong with the key file in one line an operator can act on, or None."""
    try:
        ring = load(settings.SECRETS_DIR)
    except KeysMissingError as fault:
        return str(fault)
    witness = KeyWitness.objects.first()
    if witness is None:
        return None
    if witness.fingerprint != ring.fingerprint:
        return (
            f"密钥文件 {settings.SECRETS_DIR} 不是这个数据库的（指纹 {ring.fingerprint}，"
            f"应为 {witness.fingerprint}）：请换回原来的密钥文件"
        )
    if witness.seal_fingerprint != ring.seal_fingerprint(witness.seal_key):
        return (
            f"密钥文件 {settings.SECRETS_DIR} 比数据库旧，缺少正在使用的密钥 {witness.seal_key}："
            "请恢复换密钥之后的备份"
        )
    return None
