"""Everything a deployment may decide comes from the environment and is read here, nowhere else."""

import logging
import warnings
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlparse

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from config.environment import channels, environment
from config.environment.variables import Variables

BASE_DIR = Path(__file__).resolve().parent.parent
env = Variables()

VAR_DIR = environment.var_directory(env.str("ENCORE_VAR", "") or str(BASE_DIR / "var"))
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or environment.secret_key(VAR_DIR / "secret_key")
SITE_URL = environment.site_url(env.str("SITE_URL", "http://127.0.0.1:8000"))
SITE_HOST = str(urlparse(SITE_URL).hostname)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [SITE_HOST, "localhost", "127.0.0.1", "[::1]"])
CURRENCY = environment.currency(env.str("CURRENCY", ""))
# Shops, feeds and webhooks out may be asked at addresses of the own network, which is refused otherwise.
PRIVATE_ADDRESSES_ALLOWED = env.bool("PRIVATE_ADDRESSES_ALLOWED", False)

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "config.apps.ConfigConfig",
    "crm.apps.CrmConfig",
    "segments.apps.SegmentsConfig",
    "chains.apps.ChainsConfig",
    "analytics.apps.AnalyticsConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "anymail",
    "axes",
    "django_celery_beat",
    "django_filters",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "import_export",
    "ninja",
    "simple_history",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.content_policy.ContentPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.staff_pages.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "crm.intake.api.middleware.api_problems",
    "config.strange_values.StrangeValues",
    "config.body_limits.keep",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.log_in.session_age.keep",
    "config.staff_pages.Authentication",
    "config.staff_pages.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.staff_pages.history",
    "config.unsaved_words.unsaved_words",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.i18n",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Requests that each of the web server's processes works on at once; bodies that are still arriving take none of them.
WEB_THREADS = environment.at_least_one("WEB_THREADS", env.int("WEB_THREADS", 4))

DATABASE_URL = env.str("DATABASE_URL", "")
DATABASE_POOL = env.int("DATABASE_POOL", 0)
DATABASES = {
    "default": environment.database(DATABASE_URL, DATABASE_POOL)
    if DATABASE_URL
    else environment.embedded_database(VAR_DIR / "postgres", DATABASE_POOL)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
USE_I18N = True
TIME_ZONE = environment.time_zone(env.str("TIME_ZONE", "UTC"))
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
LANGUAGE_CODE = environment.language(env.str("LANGUAGE_CODE", "en"), [code for code, _name in LANGUAGES])
LOCALE_PATHS = [BASE_DIR / "locale"]

# An address typed without a scheme is https, as Django 6 will have it; the switch is announced as leaving with it.
warnings.filterwarnings("ignore", message="The FORMS_URLFIELD_ASSUME_HTTPS transitional setting")
FORMS_URLFIELD_ASSUME_HTTPS = True

STATIC_URL = "static/"
MEDIA_URL = "media/"
MEDIA_ROOT = VAR_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o600
# Files are served from where the apps keep them: no collectstatic step to forget at an upgrade.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 600

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AUTHENTICATION_BACKENDS = ["config.log_in.backend.ThrottledLogIn", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
# Wrong passwords, by name and address together: a stranger elsewhere does not lock a colleague out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "config.log_in.attempts.locked_out"
AXES_CLIENT_IP_CALLABLE = "config.log_in.attempts.address_of"
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_SENSITIVE_PARAMETERS = ["code", "csrfmiddlewaretoken"]
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
OTP_TOTP_ISSUER = f"Encore {SITE_HOST}"
# A session ends so long after its last use, and so long after it began.
SESSION_IDLE_SECONDS = 3600 * environment.at_least_one("SESSION_IDLE_HOURS", env.int("SESSION_IDLE_HOURS", 12))
SESSION_COOKIE_AGE = 3600 * environment.at_least_one("SESSION_HOURS", env.int("SESSION_HOURS", 168))

IS_HTTPS = SITE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_FAILURE_VIEW = "config.error_pages.unbelieved_form"
SESSION_COOKIE_SECURE = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
# Granian speaks plain HTTP, so an https address means a proxy stands in front and says so.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
# How many proxies stand in front, each adding to X-Forwarded-For whom it saw. None is believed that is not there.
PROXIES = environment.not_negative("PROXIES", env.int("PROXIES", 1 if IS_HTTPS else 0))
SECURE_REFERRER_POLICY = "same-origin"

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"Encore <encore@{SITE_HOST}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
OUTBOX_DIR = VAR_DIR / "outbox"
# By what messages leave, and where answers come in: each channel's own settings.py says what it reads.
globals().update(channels.read(env))

_broker = environment.broker(env.str("CELERY_BROKER_URL", "filesystem://"), VAR_DIR / "broker")
CELERY_BROKER_URL = _broker["url"]
CELERY_BROKER_TRANSPORT_OPTIONS = _broker["options"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "encore"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = TIME_ZONE
# A committed fact wakes the engine at once; without the bell it waits for the next beat.
ENCORE_RING = env.bool("ENCORE_RING", True)
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
# last_run_at reaches the database at every run: /healthz reads there whether beat is alive.
CELERY_BEAT_SYNC_EVERY = 1

LOG_LEVEL = env.log_level("LOG_LEVEL", logging.INFO)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"class": "config.log_lines.Line", "format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"}
    },
    "handlers": {
        "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"},
    },
    "root": {"handlers": ["stdout"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        # What a pass did is logged by the tasks themselves.
        "celery": {"level": "WARNING"},
        # Each failure has its own row and line; the rest is its housekeeping.
        "axes": {"level": "WARNING"},
        "kombu": {"level": "ERROR"},
        # Tells of each form of a bounce that it tries.
        "flufl.bounce": {"level": "WARNING"},
    },
}

UNFOLD = {
    "SITE_TITLE": "Encore",
    "SITE_HEADER": "Encore",
    "SITE_SYMBOL": "replay",
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("encore/favicon.svg")},
    ],
    "STYLES": [lambda request: static("encore/admin.css")],
    # Calm greens for what is Encore's own; unfold's greys for the rest.
    "COLORS": {
        "primary": {
            "50": "oklch(97.5% .012 165)",
            "100": "oklch(94% .028 165)",
            "200": "oklch(88% .05 165)",
            "300": "oklch(80% .075 165)",
            "400": "oklch(70% .09 165)",
            "500": "oklch(60% .09 165)",
            "600": "oklch(52% .083 165)",
            "700": "oklch(45% .072 165)",
            "800": "oklch(38% .06 165)",
            "900": "oklch(32% .048 165)",
            "950": "oklch(24% .036 165)",
        },
    },
    "ACCOUNT": {"navigation": [{"title": _("Two-step log-in"), "link": reverse_lazy("two_step")}]},
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "config.navigation.sidebar",
    },
}
IMPORT_EXPORT_USE_TRANSACTIONS = True
SIMPLE_HISTORY_HISTORY_ID_USE_UUID = False
