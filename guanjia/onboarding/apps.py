"""The onboarding app."""

from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    """Registers that come in from workbooks, and go out as one."""

    name = "guanjia.onboarding"
    label = "onboarding"
    verbose_name = "登记导入"
