"""The page's parts as template tags: ``{% load parts %}``. The gallery shows each in every state."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from guanjia.core.components.icons import ICONS
from guanjia.core.money import yuan

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "", title: str = "") -> SafeString:
    """Draw an icon; ``size`` is "" (18 px), "s" (16) or "l" (24). Decoration unless it has a ``title``."""
    if name not in ICONS:
        raise template.TemplateSyntaxError(
            f"no icon {name!r}: see guanjia/core/components/icons.py"
        )
    meaning = (
        format_html('role="img" aria-label="{}"', title)
        if title
        else SafeString('aria-hidden="true"')
    )
    return format_html(
        '<svg class="icon {}" {}><use href="{}#{}"></use></svg>',
        size,
        meaning,
        static("core/icons.svg"),
        name,
    )


@register.simple_tag
def tag(label: object, tone: str = "", icon_name: str = "") -> SafeString:
    """Draw a tag; ``tone`` is "", "ok", "warn", "error", "primary" or "violet"."""
    drawn = icon(icon_name, "s") if icon_name else ""
    return format_html('<span class="tag {}">{}{}</span>', tone, drawn, label)


@register.simple_tag
def money(fen: int, sign: str = "¥ ") -> SafeString:
    """Write an amount of fen as ``¥ 1,751.19``; ``sign=""`` leaves the currency to the column's heading."""
    minus = "-" if fen < 0 else ""
    return format_html('<span class="money num">{}{}{}</span>', minus, sign, yuan(abs(fen)))


@register.inclusion_tag("core/_field.html")
def field(bound: BoundField) -> dict[str, object]:
    """Draw a form field with its label, help and errors, tied together for screen readers."""
    return {"field": bound, "tick": bound.widget_type == "checkbox"}


@register.inclusion_tag("core/_error_summary.html")
def error_summary(form: BaseForm) -> dict[str, object]:
    """Draw what is wrong with the form at its top; it takes the focus and leads to the fields."""
    return {"form": form}


@register.inclusion_tag("core/_breadcrumb.html")
def breadcrumb(trail: Iterable[tuple[str, str]]) -> dict[str, object]:
    """Draw where the page stands, as (label, url) pairs; a url may be empty."""
    return {"trail": trail}


@register.inclusion_tag("core/_pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any]) -> dict[str, object]:
    """Draw the count and the pages of a list; links keep the rest of the address, so filters stay."""
    return {
        "page": page,
        "numbers": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "gap": page.paginator.ELLIPSIS,
        "query": context["request"].GET,
    }


@register.inclusion_tag("core/_nothing.html")
def nothing(
    icon_name: str, title: str, text: str = "", url: str = "", action: str = ""
) -> dict[str, str]:
    """Draw an empty state: why there is nothing here, and what to do about it."""
    return {"icon_name": icon_name, "title": title, "text": text, "url": url, "action": action}


@register.inclusion_tag("core/_shares.html")
def shares(label: str, amounts: Sequence[int]) -> dict[str, object]:
    """Draw up to four non-negative amounts as one bar, in whole thousandths of their sum."""
    total, left, gap = sum(amounts) or 1, 0, 7
    bars = []
    for amount in amounts:
        width = amount * 1000 // total
        bars.append({"left": left, "width": max(width - gap, 0)})
        left += width
    return {"label": label, "bars": bars}


@register.simple_block_tag
def card(
    content: SafeString, title: str, icon_name: str = "", aside: str = "", kind: str = ""
) -> SafeString:
    """Frame a block of the page under a heading; ``aside`` stands at its right end."""
    context = {
        "content": content,
        "title": title,
        "icon_name": icon_name,
        "aside": aside,
        "kind": kind,
    }
    return render_to_string("core/_card.html", context)


@register.simple_block_tag
def dialog(
    content: SafeString, name: str, title: str, kind: str = "", is_open: bool = False
) -> SafeString:
    """Make a modal dialog that ``data-dialog="name"`` opens; ``kind`` is "", "wide" or "drawer"."""
    context = {"content": content, "name": name, "title": title, "kind": kind, "is_open": is_open}
    return render_to_string("core/_dialog.html", context)
