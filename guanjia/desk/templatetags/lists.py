"""What stands over a list: ``{% load lists %}``."""

from django import template
from django.template.context import Context

from guanjia.accounts.lists import DENSITIES, Look

register = template.Library()


@register.inclusion_tag("desk/lists/_tools.html", takes_context=True)
def list_tools(context: Context, look: Look) -> dict[str, object]:
    """Draw the saved filters, and the choice of columns and of the rows' height."""
    request = context["request"]
    return {
        "look": look,
        "columns": [(name, label, look.shows[name]) for name, label in look.page.columns.items()],
        "densities": DENSITIES.items(),
        "is_saved": any(each.is_on for each in look.filters),
        "community": request.standing.community.code,
        "here": request.get_full_path(),
        "path": request.path,
        "csrf_token": context["csrf_token"],
    }
