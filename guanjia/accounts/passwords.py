"""The one password rule whose words Django has not translated."""

from django.contrib.auth.password_validation import MinimumLengthValidator


class LongEnoughValidator(MinimumLengthValidator):
    """Ask for a number of characters, in the users' language."""

    def get_error_message(self) -> str:
        """Say what is missing."""
        return f"密码太短，至少要 {self.min_length} 个字符。"

    def get_help_text(self) -> str:
        """Say what is asked for."""
        return f"至少 {self.min_length} 个字符。"
