import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.conf import settings

from chains.channels.email.sending_settings import ANYMAIL_KEYS, email
from config.environment import environment


def run_settings(tmp_path, show="1", **values):
    """Settings read by a process of their own, with nothing but these values in its environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", f"import django.conf; from config import settings; print(({show}))"],
        cwd=settings.BASE_DIR,
        env={**kept, "ENCORE_VAR": str(tmp_path), **values},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_empty_environment_is_enough(tmp_path):
    done = run_settings(
        tmp_path, "settings.DEBUG, settings.SITE_URL, settings.DATABASES['default']['ENGINE'], settings.TIME_ZONE"
    )

    assert done.stdout.strip() == "(False, 'http://127.0.0.1:8000', 'config.database', 'UTC')"


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        ("https://crm.example.com", "(True, True, True, 'Lax', 31536000, 1)"),
        ("http://127.0.0.1:8000", "(False, False, True, 'Lax', 0, 0)"),
    ],
)
def test_behind_https_cookies_are_secure_and_one_proxy_is_believed(tmp_path, site, expected):
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE")
    names += ("SECURE_HSTS_SECONDS", "PROXIES")
    show = f"tuple(getattr(django.conf.settings, name) for name in {names})"

    done = run_settings(tmp_path, show, SITE_URL=site, DJANGO_SETTINGS_MODULE="config.settings")

    assert done.stdout.strip() == expected, done.stderr


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DATABASE_URL", "mysql://root@localhost/shop", "works with PostgreSQL only"),
        ("DATABASE_URL", "postgres://localhost", "DATABASE_URL must look like"),
        ("DATABASE_URL", "postgres://localhost:port/shop", "DATABASE_URL has a port that is no number"),
        ("CELERY_BROKER_URL", "kafka://localhost", "a broker Encore does not know (kafka://)"),
        ("CELERY_BROKER_URL", "localhost:6379", "a broker Encore does not know"),
        ("EMAIL_URL", "gmail", "a way to send that Encore does not know (no scheme://)"),
        ("EMAIL_URL", "smtp://", "EMAIL_URL names no mail server"),
        ("EMAIL_URL", "anymail+mailgun://", "EMAIL_URL names no key"),
        ("SITE_URL", "crm.example.com", "SITE_URL must be an address"),
        ("SITE_URL", "https://example.com/crm", "SITE_URL must be an address"),
        ("TIME_ZONE", "Moscow", "is not a time zone"),
        ("LANGUAGE_CODE", "de", "is not spoken here"),
        ("CURRENCY", "roubles", "must be three capital letters"),
        ("DEBUG", "perhaps", "DEBUG"),
        ("DATABASE_POOL", "many", "DATABASE_POOL"),
        ("WEB_THREADS", "0", "WEB_THREADS must be 1 or more, not 0"),
        ("PROXIES", "-1", "PROXIES must be 0 or more, not -1"),
        ("SESSION_HOURS", "0", "SESSION_HOURS must be 1 or more"),
        ("SESSION_IDLE_HOURS", "a day", "SESSION_IDLE_HOURS must be a whole number"),
        ("EMAIL_URL", "gmail", "amazon-ses (after pip install boto3), brevo"),
        ("WEBHOOK_PROVIDERS", "amazon-ses", "WEBHOOK_PROVIDERS names amazon-ses, which needs a library more"),
    ],
)
def test_a_wrong_value_is_refused_loudly_and_by_name(tmp_path, name, value, words):
    done = run_settings(tmp_path, **{name: value})

    assert done.returncode == 1
    assert words in done.stderr


def test_a_directory_that_cannot_be_written_is_refused_in_words(tmp_path):
    (tmp_path / "file").touch()

    done = run_settings(tmp_path / "file" / "var")

    assert done.returncode == 1
    assert f"may not write in {tmp_path}/file/var" in done.stderr


def test_an_https_address_turns_on_what_belongs_to_it(tmp_path):
    show = (
        "settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS > 0,"
        "settings.CSRF_TRUSTED_ORIGINS, settings.ALLOWED_HOSTS[0]"
    )

    done = run_settings(tmp_path, show, SITE_URL="https://crm.example.com/")

    assert done.stdout.strip() == "(True, True, True, ['https://crm.example.com'], 'crm.example.com')"


def test_a_database_address_is_taken_apart():
    entry = environment.database("postgres://me:p%40ss@db.example.com:6432/shop?sslmode=require", pool_size=0)

    assert entry["HOST"] == "db.example.com"
    assert entry["PORT"] == "6432"
    assert entry["USER"] == "me"
    assert entry["PASSWORD"] == "p@ss"
    assert entry["NAME"] == "shop"
    assert entry["OPTIONS"] == {"sslmode": "require", "connect_timeout": 10}


def test_an_address_may_name_its_own_patience():
    entry = environment.database("postgres://localhost/shop?connect_timeout=3", pool_size=0)

    assert entry["OPTIONS"] == {"connect_timeout": "3"}


def test_a_pool_replaces_connections_kept_by_thread():
    entry = environment.database("postgres://localhost/shop", pool_size=8)

    assert entry["OPTIONS"]["pool"]["max_size"] == 8
    assert "CONN_MAX_AGE" not in entry


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.com", {"EMAIL_HOST": "mail.example.com", "EMAIL_PORT": 25}),
        ("smtp+tls://me:pw@mail.example.com", {"EMAIL_PORT": 587, "EMAIL_USE_TLS": True, "EMAIL_HOST_USER": "me"}),
        ("smtps://me:p%2Fw@mail.example.com:465", {"EMAIL_USE_SSL": True, "EMAIL_HOST_PASSWORD": "p/w"}),
        (
            "anymail+mailgun://KEY@mg.example.com",
            {"ANYMAIL": {"MAILGUN_API_KEY": "KEY", "MAILGUN_SENDER_DOMAIN": "mg.example.com"}},
        ),
        ("anymail+postmark://TOKEN@", {"EMAIL_BACKEND": "anymail.backends.postmark.EmailBackend"}),
        ("anymail+unisender-go://K@", {"ANYMAIL": {"UNISENDER_GO_API_KEY": "K"}}),
    ],
)
def test_a_mail_address_becomes_mail_settings(url, expected):
    result = email(url)

    assert {name: result[name] for name in expected} == expected


@pytest.mark.parametrize("provider", ANYMAIL_KEYS)
def test_every_named_mail_provider_exists(provider):
    backend = email(f"anymail+{provider}://KEY@example.com")["EMAIL_BACKEND"]

    module = Path(sys.modules["anymail"].__file__).parent / "backends" / f"{backend.split('.')[2]}.py"
    assert module.exists()


def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path):
    file = tmp_path / "var" / "secret_key"
    keys = []
    threads = [threading.Thread(target=lambda: keys.append(environment.secret_key(file))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(keys)) == 1
    assert len(keys[0]) > 50
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]
