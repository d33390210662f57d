"""The settings, one file for every place the site runs; what differs between places comes from the environment."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from csp.constants import NONE, SELF
from redis.backoff import NoBackoff
from redis.retry import Retry

from publication.environment import Environment, refuse
from syndication.discretion import discreet_event

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(BASE_DIR / ".env")

# --- Where we are -----------------------------------------------------------------------------------------------------

DEBUG = env.flag("DEBUG", default=False)
SITE_URL = env.origin("SITE_URL", "http://127.0.0.1:8000")
_site = urlsplit(SITE_URL)
HTTPS = _site.scheme == "https"

SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY:
    refuse("SECRET_KEY is empty; 'make run' writes one to .env, or set a long random text of your own.")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
CREDENTIAL_KEYS = env.keys("CREDENTIAL_KEYS")

ALLOWED_HOSTS = [str(_site.hostname), *env.words("ALLOWED_HOSTS", "127.0.0.1,localhost" if DEBUG else "")]
CSRF_TRUSTED_ORIGINS = [SITE_URL] if HTTPS else []

DATA_DIR = Path(env.text("DATA_DIR") or BASE_DIR / "var")
DATA_DIR.mkdir(parents=True, exist_ok=True)
LANGUAGE_CODE = env.text("LANGUAGE_CODE") or "en-gb"
TIME_ZONE = env.text("TIME_ZONE") or "UTC"
USE_I18N = USE_TZ = True

# --- Applications -----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "home",
    "syndication",
    "wagtailmetadata",
    "wagtail_footnotes",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.sitemaps",
    "wagtail.contrib.table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_tasks",
    "axes",
    "csp",
    "django_structlog",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "syndication.partners.front.Front",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "publication.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "publication.urls"
WSGI_APPLICATION = "publication.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    },
]

# wagtail-metadata has no models any more, but its old migrations point at the image model without depending on it.
MIGRATION_MODULES = {"wagtailmetadata": None}

# --- Data -------------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
DATABASES["default"]["ATOMIC_REQUESTS"] = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # One writer at a time, taken at the start: a deferred transaction that upgrades fails at once, however long the timeout.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

REDIS_URL = env.redis("REDIS_URL", "redis://127.0.0.1:6379/0")
# What all processes count together stands in Redis. It is asked once, and briefly: where it is silent, each counts by itself.
_memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
_patience = {"socket_timeout": 0.2, "socket_connect_timeout": 0.2, "retry": Retry(NoBackoff(), 0)}
_redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "OPTIONS": _patience}
CACHES: dict[str, Any] = {
    "default": _memory,
    # How often partners ask.
    "limits": {**_redis, "KEY_PREFIX": "homeward-limits"} if env.text("REDIS_URL") else {**_memory, "LOCATION": "limits"},
    # Who was counted as a reader in the last half hour: by all processes, and by this one while the shared cache is down.
    "readers": {**_redis, "KEY_PREFIX": "homeward-readers"},
    "readers_here": {**_memory, "LOCATION": "readers", "OPTIONS": {"MAX_ENTRIES": 20_000}},
}

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "publication" / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Mail -------------------------------------------------------------------------------------------------------------

EMAIL_BACKEND = f"django.core.mail.backends.{env.choice('EMAIL_BACKEND', 'console', ('console', 'smtp', 'locmem'))}.EmailBackend"
EMAIL_HOST = env.text("EMAIL_HOST") or "localhost"
EMAIL_PORT = int(env.number("EMAIL_PORT", 25))
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10
# Who reads the answers of desks that pieces are mailed to; empty: who reads those to DEFAULT_FROM_EMAIL.
SYNDICATION_REPLY_TO = env.text("SYNDICATION_REPLY_TO")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL") or f"Homeward <newsroom@{_site.hostname}>"

# --- Security ---------------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
SECURE_SSL_REDIRECT = HTTPS
# Who watches asks on loopback, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = int(env.number("HSTS_SECONDS", 31_536_000 if HTTPS else 0))
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY", default=False) else None
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail's preview panel frames our own pages
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # asks for DENY
PERMISSIONS_POLICY: dict[str, list[str]] = {name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb")}

# Wagtail's page editor still uses inline scripts and styles; the public site uses none (publication/middleware.py picks).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, SITE_URL, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}
ADMIN_CONTENT_SECURITY_POLICY = {
    "script-src": [SELF, "'unsafe-inline'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "img-src": [SELF, SITE_URL, "data:", "blob:"],
}

# --- Wagtail ----------------------------------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "Homeward"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # editors' addresses are nobody else's business
WAGTAIL_PRIVATE_PAGE_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAILDOCS_PRIVATE_COLLECTION_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "pdf", "txt", "xlsx", "zip"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILIMAGES_IMAGE_MODEL = "home.PublicationImage"
WAGTAILIMAGES_IMAGE_FORM_BASE = "home.image_form.ImageForm"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpeg", "jpg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 50_000_000
WAGTAILMETADATA_IMAGE_FILTER = "fill-1200x630|format-jpeg|jpegquality-82"
# An embed finder asks the provider while the editor waits: we link to media instead (home/blocks.py).
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []
WAGTAIL_FOOTNOTES_TEXT_FEATURES = ["bold", "italic", "link"]
WAGTAIL_FOOTNOTES_REFERENCE_TEMPLATE = "home/blocks/footnote_reference.html"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
TAGGIT_CASE_INSENSITIVE = True
LOGIN_URL = "wagtailadmin_login"

# --- Celery: only the doorbell (docs/architecture.md); every number bounds how long a message may hold anybody -----------
# A hint counts as heard when a worker takes it: if both are lost, a sweep finds what is due. With late acknowledgement a busy
# worker in the threads pool ended when the broker did ("'NoneType' object has no attribute 'hostname'").

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
    "global_keyprefix": "homeward:",
}
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 45
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BEAT_SCHEDULE = {
    # `expires` on a hint older than its period would let a fast clock drop every task: none is set.
    "deliver_due": {"task": "syndication.tasks.deliver_due", "schedule": env.number("SYNDICATION_SWEEP_SECONDS", 15, least=1)},
    "tend_kills": {"task": "syndication.tasks.tend_kills", "schedule": env.number("SYNDICATION_KILL_SECONDS", 5, least=1)},
    "verify_due": {"task": "syndication.tasks.verify_due", "schedule": env.number("SYNDICATION_SWEEP_SECONDS", 15, least=1)},
    "publish_due": {"task": "syndication.tasks.publish_due", "schedule": env.number("SYNDICATION_SWEEP_SECONDS", 15, least=1)},
    "run_errands": {"task": "syndication.tasks.run_errands", "schedule": env.number("SYNDICATION_SWEEP_SECONDS", 15, least=1)},
    "run_hub": {"task": "syndication.tasks.run_hub", "schedule": env.number("SYNDICATION_SWEEP_SECONDS", 15, least=1)},
    "respond": {"task": "syndication.tasks.respond", "schedule": env.number("SYNDICATION_SWEEP_SECONDS", 15, least=1)},
    "make_formats": {"task": "home.tasks.make_formats", "schedule": 60},
    "tell_notices": {"task": "syndication.tasks.tell_notices", "schedule": 60},
    "reconcile": {"task": "syndication.tasks.reconcile", "schedule": 300},
    "prune": {"task": "syndication.tasks.prune", "schedule": 24 * 3600},
    "plan_everything": {"task": "syndication.tasks.plan_everything", "schedule": 24 * 3600},
}

# --- Syndication ------------------------------------------------------------------------------------------------------

# Partners live on the public internet; these widen the door for tests and for the demo outlet on loopback.
SYNDICATION_ALLOWED_NETWORKS = env.networks("SYNDICATION_ALLOWED_NETWORKS")
SYNDICATION_ALLOWED_PORTS = env.ports("SYNDICATION_ALLOWED_PORTS")
# Only where the site's own host is one of these are outlets pushed to, unless they are test outlets: a copy of the site, on a
# desk or for staging, must not publish at partners.
SYNDICATION_PRODUCTION_HOSTS = [host.lower() for host in env.words("SYNDICATION_PRODUCTION_HOST")]
SYNDICATION_LEASE_SECONDS = env.number("SYNDICATION_LEASE_SECONDS", 120, least=1)
SYNDICATION_DEADLINE_SECONDS = env.number("SYNDICATION_DEADLINE_SECONDS", 30, least=0.1)
# Multiplies every wait of the engine (backoff, next look): below 1 for tests and demonstrations.
SYNDICATION_TIME_SCALE = env.number("SYNDICATION_TIME_SCALE", 1.0, least=0.000001)
# Seconds between two requests of our verifier to one host, over all workers; the demonstration looks at once.
SYNDICATION_HOST_PACE = env.number("SYNDICATION_HOST_PACE", 0 if DEBUG else 2)
# The page that our User-Agent names; empty: our own, /syndication/verifier/.
SYNDICATION_CONTACT_URL = env.text("SYNDICATION_CONTACT_URL")
# How many minutes an outlet has to answer a kill, and its copy to be gone, before everybody is told.
SYNDICATION_KILL_ALARM_MINUTES = env.number("SYNDICATION_KILL_ALARM_MINUTES", 15, least=0)
# How long it is kept who pulled what, from where.
SYNDICATION_AUDIT_DAYS = int(env.number("SYNDICATION_AUDIT_DAYS", 90, least=1))
# How long looks are kept at which a copy was as before; those at which it had changed are kept for good.
SYNDICATION_LOOKS_DAYS = int(env.number("SYNDICATION_LOOKS_DAYS", 90, least=1))
# Our own WebSub hub at /hub/: feeds name it, and subscribers are told of news at once.
SYNDICATION_HUB = env.flag("SYNDICATION_HUB", default=True)
# How often one token may ask the partner API in a minute, and how often one address without a token may fail; 0: as it likes.
SYNDICATION_API_PER_MINUTE = int(env.number("SYNDICATION_API_PER_MINUTE", 600))
SYNDICATION_API_STRANGERS = int(env.number("SYNDICATION_API_STRANGERS", 30))
# /metrics for Prometheus: only when asked for; with a token only for who knows it, without one only for private addresses.
SYNDICATION_METRICS = env.flag("SYNDICATION_METRICS", default=False)
SYNDICATION_METRICS_TOKEN = env.text("SYNDICATION_METRICS_TOKEN")

# --- Logs -------------------------------------------------------------------------------------------------------------

LOG_FORMAT = env.choice("LOG_FORMAT", "text" if DEBUG else "json", ("text", "json"))
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
env.finish()

_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                # Paths of requests are logged where they are refused, and some hold a token.
                discreet_event,
                structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": _shared,
        },
        "text": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                # Paths of requests are logged where they are refused, and some hold a token.
                discreet_event,
                structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
            ],
            "foreign_pre_chain": _shared,
        },
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
        "mail": {"class": "publication.fault_mail.FaultMail", "level": "ERROR", "filters": ["in_production"]},
    },
    "filters": {"in_production": {"()": "django.utils.log.RequireDebugFalse"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "home": {"level": LOG_LEVEL},
        "syndication": {"level": LOG_LEVEL},
        "celery": {"level": "INFO"},
        # A line for each hint and each tick says nothing that the engine's own lines do not say better.
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        # At DEBUG it writes each address with its query, which may hold a token.
        "urllib3": {"level": "INFO"},
        "django_structlog": {"level": "WARNING"},
        # Its own handler would print each warning a second time, with the address as it was asked for, tokens and all.
        "django": {"handlers": ["mail"]},
        # runserver's own handler would print each request a second time
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
structlog.configure(
    processors=[*_shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
