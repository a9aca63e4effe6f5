"""The one settings file. Everything that differs between machines comes from the environment."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from guanjia.config.secrets import django_secret

BASE_DIR = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("GUANJIA_HOME", BASE_DIR / "var")).resolve()
SECRETS_DIR = Path(os.environ.get("GUANJIA_SECRETS", HOME / "secrets")).resolve()
# Backups: better on another disk, and the keys elsewhere again.
BACKUPS = Path(os.environ.get("GUANJIA_BACKUPS", HOME / "backups")).resolve()
KEY_BACKUPS = Path(os.environ.get("GUANJIA_KEY_BACKUPS", HOME / "key-backups")).resolve()
# What was acknowledged, written down outside the database; a second place may be another disk or machine's.
WITNESS = Path(os.environ.get("GUANJIA_WITNESS", HOME / "witness")).resolve()
_copy = os.environ.get("GUANJIA_WITNESS_COPY")
WITNESS_COPY = Path(_copy).resolve() if _copy else None
PUBLIC_URL = os.environ.get("GUANJIA_PUBLIC_URL", "http://127.0.0.1:8000")
DEBUG = os.environ.get("GUANJIA_DEBUG") == "1"
SECRET_KEY = django_secret(SECRETS_DIR)

_public = urlsplit(PUBLIC_URL)
_https = _public.scheme == "https"
ALLOWED_HOSTS = [_public.hostname or "127.0.0.1", "127.0.0.1", "localhost", "[::1]"]
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
# Proxies whose X-Forwarded-For is believed.
TRUSTED_PROXIES = frozenset(os.environ.get("GUANJIA_PROXIES", "127.0.0.1,::1").split(","))
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]

INSTALLED_APPS = [
    "guanjia.core",
    "guanjia.accounts",
    "guanjia.records",
    "guanjia.estate",
    "guanjia.people",
    "guanjia.reception",
    "guanjia.money.ledger",
    "guanjia.money.tariffs",
    "guanjia.money.discounts",
    "guanjia.money.bills",
    "guanjia.money.prepayments",
    "guanjia.money.deposits",
    "guanjia.money.payments",
    "guanjia.money.invoices",
    "guanjia.money.refunds",
    "guanjia.money.opening",
    "guanjia.money.closing",
    "guanjia.money.audit",
    "guanjia.reports",
    "guanjia.upkeep",
    "guanjia.onboarding",
    "guanjia.desk",
    "guanjia.demo",
    "guanjia.bench",
    "guanjia.faults",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "guanjia.core.requests.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "guanjia.core.csp.PagePolicy",
    "guanjia.accounts.sessions.SessionMiddleware",
    "guanjia.accounts.visitors.DeviceMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "guanjia.reception.current.DuringVisit",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "guanjia.config.urls"
WSGI_APPLICATION = "guanjia.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "guanjia.desk.frame.frame",
            ],
        },
    },
]


def _database(url: str) -> dict[str, object]:
    """Return Django's settings for a ``postgresql://user:password@host:port/name?host=/socket`` address."""
    parts = urlsplit(url)
    options = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "guanjia.core.database",
        "NAME": unquote(parts.path.lstrip("/")) or "guanjia",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(options.pop("host", "") or parts.hostname or ""),
        "PORT": str(options.pop("port", "") or parts.port or ""),
        "OPTIONS": {key: unquote(value) for key, value in options.items()},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
        "TEST": {"NAME": os.environ.get("GUANJIA_TEST_DATABASE", "test_guanjia")},
    }


DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql:///guanjia")
DATABASES = {"default": _database(DATABASE_URL)}
# Only the processes that copy the database know the login that may.
REPLICATION_URL = os.environ.get("DATABASE_REPLICATION_URL", "")
EMBEDDED = os.environ.get("GUANJIA_EMBEDDED") == "1"
# The login that web and worker use; the owner grants it its privileges after migrating.
GUANJIA_APP_ROLE = os.environ.get("GUANJIA_APP_ROLE", "guanjia_app")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]  # English joins with its catalogue
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of a missing folder
# Until collectstatic has run, whitenoise finds the files where they are.
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "staticfiles.json").exists()
MEDIA_ROOT = HOME / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "guanjia.config.static.HashedWhereCollected"},
}

AUTHENTICATION_BACKENDS = ["guanjia.accounts.backends.StaffBackend"]
LOGIN_URL = "accounts:sign-in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{_VALIDATION}UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("staff_no", "name")},
    },
    {"NAME": "guanjia.accounts.passwords.LongEnoughValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATION}CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}NumericPasswordValidator"},
]

SESSION_ENGINE = "guanjia.accounts.session_store"
SESSION_COOKIE_NAME = "__Host-session" if _https else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _https else "csrftoken"
DEVICE_COOKIE_NAME = "__Host-device" if _https else "device"
SESSION_COOKIE_AGE = 30 * 60  # idle; the engine keeps those in use alive
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = True
if _https:  # TLS ends at a proxy, which sets this header itself
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "guanjia.config.logs.JsonLines"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
        "file": {
            "()": "guanjia.config.logs.SharedFile",
            "formatter": "json",
            "path": HOME / "log" / "guanjia.log",
        },
    },
    "root": {"handlers": ["stderr", "file"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "propagate": False},
        "fido2": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
    },
}
