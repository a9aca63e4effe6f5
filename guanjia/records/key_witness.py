"""Whether the key file belongs to this database."""

from django.conf import settings

from guanjia.core.sealing.keys import KeysMissingError, load
from guanjia.records.models import KeyWitness


def remember_key() -> None:
    """Keep the fingerprint of the key in force, the first time."""
    KeyWitness.objects.get_or_create(
        pk=1, defaults={"fingerprint": load(settings.SECRETS_DIR).fingerprint}
    )


def key_fault() -> str | None:
    """Return what is wrong with the key file in one line an operator can act on, or None."""
    try:
        fingerprint = load(settings.SECRETS_DIR).fingerprint
    except KeysMissingError as fault:
        return str(fault)
    witness = KeyWitness.objects.first()
    if witness and witness.fingerprint != fingerprint:
        return (
            f"密钥文件 {settings.SECRETS_DIR} 不是这个数据库的（指纹 {fingerprint}，"
            f"应为 {witness.fingerprint}）：请换回原来的密钥文件"
        )
    return None
