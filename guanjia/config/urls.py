"""Every address of the program."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from guanjia.config.health import livez, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
    path("", include("guanjia.accounts.urls")),
    path("<slug:community>/", include("guanjia.records.urls")),
    path("<slug:community>/", include("guanjia.onboarding.urls")),
    path("<slug:community>/", include("guanjia.reports.urls")),
    path("<slug:community>/", include("guanjia.desk.urls")),
]
if settings.DEBUG:
    urlpatterns += [path("gallery/", include("guanjia.core.components.urls"))]
