"""Settings, read from the environment in this one place; docs/settings.md explains each variable.

`.env` beside manage.py is read when it is there; real environment variables win over it.
"""

import logging
import re
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
# What a presigned link of S3 may live for at most: a week.
S3_LINK_SECONDS_MAX = 7 * 24 * 3600

env = environ.Env()
if (BASE_DIR / ".env").exists():  # else it says so in the log, where there need be none
    env.read_env(BASE_DIR / ".env")

VAR_DIR = Path(env.str("VAR_DIR", default="") or BASE_DIR / "var").absolute()  # all that the back office writes
VAR_DIR.mkdir(parents=True, exist_ok=True)


def env_number(name: str, default: float, *, least: float) -> float:
    """A number from the environment; refuses anything that is none, or is below `least`."""
    try:
        value = env.float(name, default=default)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a number: {env.str(name)!r}") from error
    if not value >= least:
        raise ImproperlyConfigured(f"{name} is {value:g}, but must be at least {least:g}")
    return value


def env_rate(name: str, default: str) -> str | None:
    """How often something may be done, such as `100/s`; None, for an empty text, means without limit."""
    rate: str = env.str(name, default=default).strip()
    if rate and not re.fullmatch(r"[1-9]\d{0,5}/[smhd]", rate):
        raise ImproperlyConfigured(
            f"{name} is {rate!r}, but must be a number per s, m, h or d, such as 100/s, or empty"
        )
    return rate or None


def env_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """One of `choices` from the environment."""
    value: str = env.str(name, default=default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}, but must be one of: {', '.join(choices)}")
    return value


def env_origins(name: str) -> list[str]:
    """Origins exactly as browsers send them: what is written in another way would never be met."""
    origins = [origin.strip() for origin in env.list(name, default=[])]
    for origin in origins:
        written = re.fullmatch(r"(https?)://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::(\d+))?", origin)
        if not written or written.groups() in {("http", "80"), ("https", "443")}:
            raise ImproperlyConfigured(
                f"{name} has {origin!r}, but must have scheme, host and at most an unusual port, in lower case and "
                "nothing more, such as https://shop.example.com"
            )
    return origins


def env_cache(name: str, default: str) -> dict[str, Any]:
    """A cache from the environment; refuses one of a kind that is not known, or whose library is not there."""
    try:
        cache: dict[str, Any] = env.cache_url_config(env.str(name, default="") or default)
    except (ImproperlyConfigured, ValueError) as error:
        raise ImproperlyConfigured(f"{name} is no address of a cache: {error}") from error
    if cache["BACKEND"].endswith(".RedisCache") and find_spec("redis") is None:
        raise ImproperlyConfigured(f"{name} needs the Python package redis, which is not installed")
    return cache


def env_redis(name: str) -> str | None:
    """The address of a Redis; None, for an empty text, means that there is none."""
    url: str = env.str(name, default="")
    if url and urlsplit(url).scheme not in ("redis", "rediss", "unix"):
        # Without what it is: it may have a password.
        raise ImproperlyConfigured(f"{name} must begin with redis://, rediss:// or unix://")
    return url or None


def env_s3() -> dict[str, Any] | None:
    """The options of the storage that `S3_BUCKET` and its companions name; None when they are not set. Refuses
    companions without a bucket, and half of a pair of keys."""
    bucket = env.str("S3_BUCKET", default="")
    endpoint = env.str("S3_ENDPOINT", default="").rstrip("/")
    region = env.str("S3_REGION", default="")
    key = env.str("S3_ACCESS_KEY", default="")
    secret = env.str("S3_SECRET_KEY", default="")
    if not bucket:
        if endpoint or region or key or secret:
            raise ImproperlyConfigured("S3_BUCKET is missing, while others of the S3_ variables are set")
        return None
    if bool(key) != bool(secret):
        raise ImproperlyConfigured("S3_ACCESS_KEY and S3_SECRET_KEY are only good together")
    if endpoint and not re.fullmatch(r"https?://[^/]+", endpoint):
        raise ImproperlyConfigured(f"S3_ENDPOINT is {endpoint!r}, but must be such as https://s3.example.com")
    return {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "region_name": region or None,
        # Without them boto3 asks where it always does: its own files and variables, and the machine's role.
        "access_key": key or None,
        "secret_key": secret or None,
    }


# Core

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "corsheaders",
    "rest_framework",
    "simple_history",
    "oauth2_provider",
    "django_tasks",
    "django_tasks_db",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "promotions",
]

MIDDLEWARE = [
    # Around everything, so that each line that is logged on the way has the request's id.
    "promotions.ops.middleware.RequestId",
    "promotions.ops.middleware.ForMachines",
    "promotions.ops.middleware.CountRequests",
    "backoffice.csp.ContentSecurityPolicy",
    # Around everything that answers: a browser lets its page see an error only with these headers.
    "corsheaders.middleware.CorsMiddleware",
    "promotions.api.middleware.JsonErrors",
    "backoffice.middleware.DatabaseAway",
    "promotions.api.middleware.BodyLimit",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "promotions.admin.locale.UsersLocale",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "backoffice.acting.SaysWhoActs",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "promotions.admin.middleware.SaneRequests",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"
# A redirect turns a client's POST into a GET: both slash forms are routed instead.
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# What everybody is answered in but staff, who choose one of LANGUAGES (promotions/admin/locale.py).
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Database

SQLITE_OPTIONS = {
    # A writer takes its lock at BEGIN and waits for it, instead of failing at its first write.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # FULL: what was acknowledged survives a power cut.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        "PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456"
    ),
}
POSTGRESQL_OPTIONS = {
    # A process that hangs inside a transaction loses it before its lease runs out, so it cannot hold up a
    # cancel; a request that waits longer than this for a lock ends in 503.
    # Exports write dates as the server shows them. The server gives up a machine that was cut off in the midst of a
    # batch as soon as that gives up the server.
    "options": (
        "-c idle_in_transaction_session_timeout=10s -c lock_timeout=5s -c datestyle=ISO -c tcp_keepalives_idle=5"
        " -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=12s"
    ),
    "connect_timeout": 10,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    # Keepalives stand still while something that was sent has not arrived; without this, for a quarter of an hour.
    "tcp_user_timeout": 12_000,
}

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
_database = DATABASES["default"]
_engine = _database.get("ENGINE")  # there is none when the address has no scheme
if _engine == "django.db.backends.sqlite3":
    _database["OPTIONS"] = SQLITE_OPTIONS | _database.get("OPTIONS", {})
elif _engine == "django.db.backends.postgresql":
    _database["OPTIONS"] = POSTGRESQL_OPTIONS | _database.get("OPTIONS", {})
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True
else:
    raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:// or postgres://")

# What the limits of the API count with. Far fewer clients than this are counted at one time.
CACHES = {"default": env_cache("CACHE_URL", "locmemcache://?max_entries=10000")}

# Files

# Whoever may see them is said by CORS_ALLOWED_ORIGINS, as everywhere.
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATIC_URL = "static/"
# Not in VAR_DIR: they belong to the code, and each release has its own.
STATIC_ROOT = BASE_DIR / "var" / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "backoffice" / "static"]
MEDIA_ROOT = VAR_DIR / "media"
PROMOTIONS_TMP_DIR = VAR_DIR / "tmp"
PROMOTIONS_TMP_DIR.mkdir(exist_ok=True)
_s3 = env_s3()
STORAGES = {
    "default": (
        {"BACKEND": "backoffice.storage.s3.S3", "OPTIONS": _s3}
        if _s3
        else {"BACKEND": "backoffice.storage.folder.Folder"}
    ),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# What browsers are told

HTTPS_ONLY = env.bool("HTTPS_ONLY", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS_ONLY
SESSION_COOKIE_SECURE = HTTPS_ONLY
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = HTTPS_ONLY
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_HSTS_PRELOAD = HTTPS_ONLY
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Of X-Forwarded-For only what our own proxies wrote is believed; everything before can be forged.
NUM_PROXIES = int(env_number("PROXIES", 1, least=1)) if BEHIND_PROXY else 0

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# docs/security.md says why styles are less strict.
SECURE_CSP = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "object-src": ["'none'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}

# Who may come in

LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Whoever tries passwords is stopped; the user can still log in from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = int(env_number("PROMOTIONS_LOGIN_FAILURES", 10, least=1))
AXES_COOLOFF_TIME = timedelta(minutes=env_number("PROMOTIONS_LOGIN_LOCK_MINUTES", 15, least=1))
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "promotions.api.throttling.address_of"
AXES_LOCKOUT_CALLABLE = "promotions.admin.lockout.locked_out"
# Not in the log: some write their password into the field of the username.
AXES_SENSITIVE_PARAMETERS = ["username", "csrfmiddlewaretoken"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

OAUTH2_PROVIDER_APPLICATION_MODEL = "promotions.ApiClient"
OAUTH2_PROVIDER = {
    "SCOPES": {"read": "Read promotions, codes and jobs", "write": "Change promotions, codes and jobs"},
    "SCOPES_BACKEND_CLASS": "promotions.api.scopes.ClientScopes",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    # The best current practice of OAuth (RFC 9700): only checksums of tokens are stored, tokens come in the
    # header only, and the grants that nobody should use are off.
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    # Expired tokens go in small transactions, with room for others in between.
    "CLEAR_EXPIRED_TOKENS_BATCH_SIZE": 1000,
    "CLEAR_EXPIRED_TOKENS_BATCH_INTERVAL": 0.05,
}

# How much a request may carry: bytes of its body, without files, and fields of a form.
DATA_UPLOAD_MAX_MEMORY_SIZE = int(env_number("MAX_BODY_BYTES", 2_621_440, least=65_536))
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# The API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["promotions.api.authentication.BearerToken"],
    "DEFAULT_PERMISSION_CLASSES": ["promotions.api.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "promotions.api.envelope.EnvelopeParser",
        "promotions.api.envelope.JsonApiParser",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "promotions.api.envelope.AlwaysJson",
    "EXCEPTION_HANDLER": "promotions.api.errors.handle",
    "DEFAULT_SCHEMA_CLASS": "promotions.api.schema.auto.ApiSchema",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_THROTTLE_CLASSES": ["promotions.api.throttling.ClientRate"],
    # docs/settings.md says why these are the defaults.
    "DEFAULT_THROTTLE_RATES": {
        "client": env_rate("PROMOTIONS_API_RATE", ""),
        "token": env_rate("PROMOTIONS_TOKEN_RATE", "30/m"),
        "unknown_code": env_rate("PROMOTIONS_UNKNOWN_CODE_RATE", "300/m"),
    },
    "NUM_PROXIES": NUM_PROXIES,
}

# Pages of other origins may call the API, never the admin; they bring a token, so no cookie has to be let in.
CORS_ALLOWED_ORIGINS = env_origins("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/(v2|oauth)/"
CORS_ALLOW_HEADERS = [
    "authorization",
    "content-type",
    "idempotency-key",
    # What Elastic Path's own libraries send (contract, section 8).
    "ep-beta-features",
    "ep-disable-beta-filtering",
    "ep-public-search-type",
    "x-moltin-application",
    "x-moltin-auth-store",
    "x-moltin-currency",
    "x-moltin-customer-token",
    "x-moltin-language",
    "x-moltin-sdk-language",
    "x-moltin-sdk-version",
]
CORS_EXPOSE_HEADERS = ["Idempotent-Replayed", "Retry-After", "X-Request-ID"]

SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.1",
    "TITLE": "Promotions back office",
    "DESCRIPTION": "The REST API of Elastic Path's Promotions Standard, with additions.",
    "VERSION": "2",
    "TAGS": [{"name": name} for name in ("Authentication", "Promotions", "Codes", "Jobs", "Usages")],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "PREPROCESSING_HOOKS": ["promotions.api.schema.auto.only_endpoints"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enum_id_removal",
        "promotions.api.schema.auto.add_components",
    ],
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
    "ENFORCE_NON_BLANK_FIELDS": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,
    "OAUTH2_FLOWS": ["clientCredentials"],
    "OAUTH2_TOKEN_URL": "/oauth/access_token",
    # Swagger UI comes from our own static files: no other host is asked for anything.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
}

# Jobs

# Who delivers them: the database, or a Redis.
TASKS_URL = env_redis("TASKS_URL")
if TASKS_URL:
    TASKS = {"default": {"BACKEND": "promotions.jobs.redis_queue.RedisBackend", "QUEUES": ["default"]}}
    # No limit of time: a job is worked on in slices, and a lease says who is at it. JSON, since whoever could write
    # into the Redis could have what is pickled do anything.
    RQ_QUEUES = {
        "default": {"URL": TASKS_URL, "DEFAULT_TIMEOUT": -1, "SERIALIZER": "rq.serializers.JSONSerializer"},
    }
    # Its pages in the admin would show deliveries, which are not the truth about a job.
    RQ_SHOW_ADMIN_LINK = False
    INSTALLED_APPS += ["django_rq"]
else:
    TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

PROMOTIONS_MAX_CODES = int(env_number("PROMOTIONS_MAX_CODES", 1_000_000, least=1))
PROMOTIONS_EXPORT_DAYS = env_number("PROMOTIONS_EXPORT_DAYS", 7, least=0)
PROMOTIONS_IDEMPOTENCY_HOURS = env_number("PROMOTIONS_IDEMPOTENCY_HOURS", 24, least=1)
PROMOTIONS_LINK_SECONDS = int(env_number("PROMOTIONS_LINK_SECONDS", 3600, least=1))
if _s3 and PROMOTIONS_LINK_SECONDS > S3_LINK_SECONDS_MAX:
    raise ImproperlyConfigured(f"PROMOTIONS_LINK_SECONDS must be at most {S3_LINK_SECONDS_MAX} with S3_BUCKET")
PROMOTIONS_JOB_SLICE = env_number("PROMOTIONS_JOB_SLICE", 10, least=0)
PROMOTIONS_SWEEP_INTERVAL = env_number("PROMOTIONS_SWEEP_INTERVAL", 5, least=0.1)

# Webhooks

WEBHOOKS_ALLOW_PRIVATE = env.bool("WEBHOOKS_ALLOW_PRIVATE", default=False)
WEBHOOKS_KEEP_DAYS = env_number("WEBHOOKS_KEEP_DAYS", 30, least=1)

# Watching over it

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# OpenTelemetry reads this and its other variables itself.
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")
if OTEL_EXPORTER_OTLP_ENDPOINT and find_spec("opentelemetry") is None:
    raise ImproperlyConfigured("OTEL_EXPORTER_OTLP_ENDPOINT needs the packages of deploy/requirements-tracing.lock")

LOG_LEVEL = env_choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "promotions.log.Line"}, "json": {"()": "promotions.log.Json"}},
    "filters": {"context": {"()": "promotions.log.Context"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": env_choice("LOG_FORMAT", "line", ("line", "json")),
            "filters": ["context"],
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Django's own have a level, and handlers that write in another way.
    "loggers": {name: {"level": LOG_LEVEL, "propagate": True} for name in ("django", "django.server")},
}
logging.captureWarnings(capture=True)

# The admin's theme

UNFOLD = {
    "SITE_TITLE": _("Promotions"),
    "SITE_HEADER": _("Promotions"),
    "SITE_SUBHEADER": _("Back office"),
    "SHOW_LANGUAGES": True,
    "SITE_SYMBOL": "sell",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("backoffice/icon.svg")}],
    "STYLES": [lambda request: static("backoffice/admin.css")],
    "SCRIPTS": [
        lambda request: static("backoffice/alpine.js"),
        lambda request: static("backoffice/time_zone.js"),
        lambda request: static("backoffice/accessible.js"),
    ],
    "DASHBOARD_CALLBACK": "promotions.admin.dashboard.callback",
    "SIDEBAR": {
        "navigation": [
            {
                "title": _("Promotions"),
                "items": [
                    {
                        "title": _("Overview"),
                        "icon": "dashboard",
                        "link": reverse_lazy("admin:index"),
                    },
                    {
                        "title": _("Promotions"),
                        "icon": "sell",
                        "link": reverse_lazy("admin:promotions_promotion_changelist"),
                        "permission": lambda request: request.user.has_perm("promotions.view_promotion"),
                    },
                    {
                        "title": _("Jobs"),
                        "icon": "manufacturing",
                        "link": reverse_lazy("admin:promotions_job_changelist"),
                        "permission": lambda request: request.user.has_perm("promotions.view_job"),
                    },
                    {
                        "title": _("Codes"),
                        "icon": "confirmation_number",
                        "link": reverse_lazy("admin:promotions_promotioncode_changelist"),
                        "permission": lambda request: request.user.has_perm("promotions.view_promotioncode"),
                    },
                    {
                        "title": _("Audit trail"),
                        "icon": "history",
                        "link": reverse_lazy("admin:promotions_auditentry_changelist"),
                        "permission": lambda request: request.user.has_perm("promotions.view_auditentry"),
                    },
                    {
                        "title": _("Usages"),
                        "icon": "receipt_long",
                        "link": reverse_lazy("admin:promotions_usage_changelist"),
                        "permission": lambda request: request.user.has_perm("promotions.view_usage"),
                    },
                ],
            },
            {
                "title": _("Webhooks"),
                "items": [
                    {
                        "title": _("Webhooks"),
                        "icon": "webhook",
                        "link": reverse_lazy("admin:promotions_webhook_changelist"),
                        "permission": lambda request: request.user.has_perm("promotions.view_webhook"),
                    },
                    {
                        "title": _("Deliveries"),
                        "icon": "outbox",
                        "link": reverse_lazy("admin:promotions_webhookdelivery_changelist"),
                        "permission": lambda request: request.user.has_perm("promotions.view_webhookdelivery"),
                    },
                ],
            },
            {
                "title": _("Access"),
                "items": [
                    {
                        "title": _("API clients"),
                        "icon": "key",
                        "link": reverse_lazy("admin:promotions_apiclient_changelist"),
                        "permission": lambda request: request.user.has_perm("promotions.view_apiclient"),
                    },
                    {
                        "title": _("Staff"),
                        "icon": "person",
                        "link": reverse_lazy("admin:auth_user_changelist"),
                        "permission": lambda request: request.user.has_perm("auth.view_user"),
                    },
                    {
                        "title": _("Groups"),
                        "icon": "group",
                        "link": reverse_lazy("admin:auth_group_changelist"),
                        "permission": lambda request: request.user.has_perm("auth.view_group"),
                    },
                ],
            },
        ],
    },
}
