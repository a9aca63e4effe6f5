"""Who is at the keyboard, and what they may do in which community."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Sign-in identity, communities, permissions."""

    name = "guanjia.accounts"
    label = "accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        """Register the check that every route declares who may use it."""
        import guanjia.accounts.checks  # noqa: F401 - registers by import
