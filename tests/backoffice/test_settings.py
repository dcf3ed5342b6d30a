"""What the environment may say, and that nonsense in it stops the start and names the variable."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from backoffice import settings
from backoffice.settings import env_cache, env_origins, env_rate

ROOT = Path(__file__).resolve().parent.parent.parent
SHOW = """
import json
from backoffice import settings

names = ["CACHES", "CORS_ALLOWED_ORIGINS", "REST_FRAMEWORK", "STORAGES", "TASKS", "MEDIA_ROOT"]
print(json.dumps({name: getattr(settings, name) for name in names}, default=str))
"""


def start(**environment):
    """Reads the settings in a process of its own, in which only these variables are set."""
    needed = {"PATH": os.environ["PATH"], "SECRET_KEY": "only for tests"}
    return subprocess.run(
        [sys.executable, "-c", SHOW], cwd=ROOT, env=needed | environment, capture_output=True, text=True, check=False
    )


def settings_of(**environment):
    ran = start(**environment)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_without_variables_only_tokens_and_unknown_codes_are_limited_and_no_other_origin_may_call():
    settings = settings_of()
    assert settings["REST_FRAMEWORK"]["DEFAULT_THROTTLE_RATES"] == {
        "client": None,
        "token": "30/m",
        "unknown_code": "300/m",
    }
    assert settings["REST_FRAMEWORK"]["NUM_PROXIES"] == 0
    assert settings["CORS_ALLOWED_ORIGINS"] == []
    assert settings["CACHES"]["default"]["BACKEND"] == "django.core.cache.backends.locmem.LocMemCache"


def test_limits_origins_proxies_and_the_cache_come_from_the_environment():
    settings = settings_of(
        PROMOTIONS_API_RATE="100/s",
        PROMOTIONS_TOKEN_RATE="",
        PROMOTIONS_UNKNOWN_CODE_RATE="5000/d",
        CORS_ALLOWED_ORIGINS="https://shop.example.com, http://localhost:3000,http://[::1]:3000",
        CACHE_URL="dbcache://limits?max_entries=500",
    )
    assert settings["REST_FRAMEWORK"]["DEFAULT_THROTTLE_RATES"] == {
        "client": "100/s",
        "token": None,
        "unknown_code": "5000/d",
    }
    assert settings["CORS_ALLOWED_ORIGINS"] == [
        "https://shop.example.com",
        "http://localhost:3000",
        "http://[::1]:3000",
    ]
    assert settings["CACHES"]["default"] == {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "limits",
        "OPTIONS": {"MAX_ENTRIES": 500},
    }


def test_what_is_kept_is_kept_where_it_is_said(tmp_path):
    assert settings_of(VAR_DIR=str(tmp_path / "var"))["MEDIA_ROOT"] == str(tmp_path / "var/media")
    assert (tmp_path / "var/tmp").is_dir()


def test_files_are_kept_in_a_bucket_that_is_named():
    assert settings_of()["STORAGES"]["default"] == {"BACKEND": "backoffice.storage.folder.Folder"}
    keys = {"S3_ACCESS_KEY": "key", "S3_SECRET_KEY": "secret/+"}
    storage = settings_of(S3_BUCKET="b", S3_ENDPOINT="https://s3.example.com/", S3_REGION="r", **keys)["STORAGES"]
    assert storage["default"] == {
        "BACKEND": "backoffice.storage.s3.S3",
        "OPTIONS": {
            "bucket_name": "b",
            "endpoint_url": "https://s3.example.com",
            "region_name": "r",
            "access_key": "key",
            "secret_key": "secret/+",
        },
    }


def test_deliveries_go_through_a_redis_that_is_named():
    assert settings_of()["TASKS"]["default"]["BACKEND"] == "django_tasks_db.DatabaseBackend"
    assert settings_of(TASKS_URL="rediss://:x@redis.example.com:6380/2")["TASKS"]["default"]["BACKEND"].endswith(
        ".RedisBackend"
    )


@pytest.mark.parametrize(
    ("environment", "proxies"),
    [
        ({"BEHIND_PROXY": "true"}, 1),
        ({"BEHIND_PROXY": "true", "PROXIES": "2"}, 2),
        ({"PROXIES": "2"}, 0),
        ({"BEHIND_PROXY": "false", "PROXIES": "2"}, 0),
    ],
)
def test_as_many_forwarded_addresses_are_believed_as_there_are_proxies(environment, proxies):
    assert settings_of(**environment)["REST_FRAMEWORK"]["NUM_PROXIES"] == proxies


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"PROMOTIONS_API_RATE": "100"}, "PROMOTIONS_API_RATE is '100'"),
        ({"PROMOTIONS_TOKEN_RATE": "fast"}, "PROMOTIONS_TOKEN_RATE is 'fast'"),
        ({"PROMOTIONS_UNKNOWN_CODE_RATE": "0/s"}, "PROMOTIONS_UNKNOWN_CODE_RATE is '0/s'"),
        ({"CORS_ALLOWED_ORIGINS": "shop.example.com"}, "CORS_ALLOWED_ORIGINS has 'shop.example.com'"),
        ({"CACHE_URL": "nonsense"}, "CACHE_URL is no address of a cache"),
        ({"BEHIND_PROXY": "true", "PROXIES": "0"}, "PROXIES is 0"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT is 'xml', but must be one of: line, json"),
        ({"S3_REGION": "eu-central-1"}, "S3_BUCKET is missing"),
        ({"S3_BUCKET": "b", "S3_ACCESS_KEY": "k"}, "S3_ACCESS_KEY and S3_SECRET_KEY are only good together"),
        ({"S3_BUCKET": "b", "S3_ENDPOINT": "s3.example.com"}, "S3_ENDPOINT is 's3.example.com'"),
        ({"S3_BUCKET": "b", "PROMOTIONS_LINK_SECONDS": "604801"}, "PROMOTIONS_LINK_SECONDS must be at most 604800"),
        ({"TASKS_URL": "127.0.0.1:6379"}, "TASKS_URL must begin with redis://"),
    ],
)
def test_nonsense_stops_the_start_and_names_the_variable(environment, complaint):
    ran = start(**environment)
    assert ran.returncode == 1
    assert f"ImproperlyConfigured: {complaint}" in ran.stderr


@pytest.mark.parametrize("rate", ["0/s", "-1/s", "1.5/s", "10/w", "10/", "/s", "10/s/s", "1/s, 2/m", "1000000/s"])
def test_a_rate_is_a_number_per_unit_of_time(monkeypatch, rate):
    monkeypatch.setenv("RATE", rate)
    with pytest.raises(ImproperlyConfigured, match="RATE is "):
        env_rate("RATE", "1/s")


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "ftp://shop.example.com",
        "https://",
        "https://shop.example.com/",
        "https://shop.example.com/cart",
        "https://shop.example.com?a=b",
        "https://ann@shop.example.com",
        "https://*.example.com",
        "https://Shop.example.com",
        "https://shop.example.com:443",
        "http://shop.example.com:80",
        "https://shop.example.com:x",
    ],
)
def test_an_origin_is_written_as_browsers_send_it(monkeypatch, origin):
    monkeypatch.setenv("ORIGINS", f"http://localhost:3000,{origin}")
    with pytest.raises(ImproperlyConfigured, match=re.escape(f"ORIGINS has {origin!r}")):
        env_origins("ORIGINS")


def test_a_cache_whose_library_is_not_installed_is_refused(monkeypatch):
    monkeypatch.setenv("CACHE", "redis://127.0.0.1:6379/1")
    assert env_cache("CACHE", "locmemcache://")["BACKEND"].endswith(".RedisCache")
    monkeypatch.setattr(settings, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="CACHE needs the Python package redis"):
        env_cache("CACHE", "locmemcache://")


def test_an_empty_address_of_a_cache_means_the_default(monkeypatch):
    monkeypatch.setenv("CACHE", "")
    assert env_cache("CACHE", "dbcache://limits")["LOCATION"] == "limits"
