"""The living reference of the page's parts: each in every state, and whole pages made of them."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from guanjia.core.components import samples


def gallery(request: HttpRequest) -> HttpResponse:
    """Show every part in every state."""
    context = {
        "frame": samples.frame("index"),
        "form": samples.wrong_form(),
        "listing": samples.listing(),
        "trail": samples.TRAIL,
        "refusal": samples.REFUSAL,
    }
    return render(request, "core/gallery.html", context)


def sample(request: HttpRequest, page: str) -> HttpResponse:
    """Show a whole page made of the parts; ``search`` answers the sample omnibox."""
    if page == "search":
        return JsonResponse(samples.found(request.GET.get("q", "")))
    if page not in samples.PAGES:
        raise Http404
    context = {"frame": samples.frame(page)}
    return render(request, f"core/gallery/{page}.html", {**context, **samples.ROWS})
