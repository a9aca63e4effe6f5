"""The door for granian."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanjia.config.settings")
application = get_wsgi_application()

# Every view before the first request rather than by it: a second for whoever comes first, and not shared.
import guanjia.config.urls  # noqa: E402, F401 - needs the applications
