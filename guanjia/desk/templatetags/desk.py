"""What the desk's templates say in the words of the rooms below: ``{% load desk %}``."""

from datetime import datetime

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from guanjia.accounts.permissions import Permission
from guanjia.core.identity import mask_id, mask_phone
from guanjia.core.money import capitals, yuan
from guanjia.desk.deposits import usual_yuan
from guanjia.desk.taking_back import Route, route_back
from guanjia.money.invoices.states import InvoiceState
from guanjia.money.payments.models import Receipt
from guanjia.money.payments.rules import Method, ReversalKind
from guanjia.money.payments.sheets import PREPAID_ITEM
from guanjia.money.tariffs.wording import cycle_text, price_text, step_texts

register = template.Library()


@register.simple_tag
def method_label(method: str) -> str:
    """Say how money came."""
    return Method(method).label


@register.simple_tag
def reversal_label(kind: str) -> str:
    """Say how a receipt was taken back."""
    return ReversalKind(kind).label


@register.simple_tag
def invoice_label(state: str) -> str:
    """Say how far an invoice has come."""
    return InvoiceState(state).label


@register.filter
def paid_for(receipt: Receipt) -> str:
    """Name what a listed receipt settled: its items, what was left for bills to come, and the deposits it took."""
    prepaid = [PREPAID_ITEM] if receipt.payment.prepaid_fen else []
    told = [*(receipt.items or ()), *prepaid, *(receipt.deposits or ())]  # type: ignore[attr-defined]  # annotated by the read
    return "、".join(told)


@register.simple_tag(takes_context=True)
def takes_back(context: Context) -> bool:
    """Say whether whoever looks may take receipts back, of today or of earlier days."""
    may = context["request"].standing.may
    return any(may(each) for each in (Permission.RECEIPT_VOID, Permission.RECEIPT_REVERSE))


@register.simple_tag(takes_context=True)
def way_back(context: Context, receipt: Receipt) -> Route | None:
    """Return where whoever looks takes a listed receipt back; None where they may not or it was."""
    gone = receipt.reversed  # type: ignore[attr-defined]  # annotated by the read
    return None if gone else route_back(context["request"].standing, receipt)


for _filter in (
    mask_id,
    mask_phone,
    price_text,
    step_texts,
    cycle_text,
    usual_yuan,
    yuan,
    capitals,
):
    register.filter(_filter)


@register.simple_tag
def elapsed(since: datetime, now: datetime) -> SafeString:
    """Draw how long ago ``since`` was, as ``04:12`` or ``1:04:12``; ``clock.js`` lets it run on."""
    seconds = max(int((now - since).total_seconds()), 0)
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    shown = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
    return format_html('<span class="num" data-elapsed="{}">{}</span>', seconds, shown)
