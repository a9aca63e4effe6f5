"""What everybody may do with their own sign-in."""

from django.utils.translation import gettext_lazy as _

from guanjia.accounts.command_list import Command
from guanjia.accounts.permissions import Permission

COMMANDS = (
    Command(_("换人"), "accounts:switch", "switch-horizontal", None, words="交班", everywhere=True),
    Command(_("我的账号"), "accounts:me", "user-check", None, words="密码 PIN", everywhere=True),
    Command(_("换项目"), "accounts:home", "building-community", None, everywhere=True),
    Command(_("新增员工账号"), "accounts:staff-new", "user-plus", Permission.STAFF_MANAGE),
)
