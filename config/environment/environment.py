"""Turns what the environment says into Django's settings, or says in words what is wrong with it."""

import os
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlparse
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured

from chains.channels.provider_url import parsed

POSTGRES_SCHEMES = {"postgres", "postgresql"}
BROKER_SCHEMES = {"amqp", "amqps", "redis", "rediss", "filesystem", "memory"}


def var_directory(path: str) -> Path:
    """Where Encore keeps what it writes; made when it is missing."""
    directory = Path(path).expanduser().resolve()
    try:
        _make_private(directory)
        for kept in (directory, directory / "secret_key"):
            if kept.exists() and not os.access(kept, os.R_OK | os.W_OK):
                raise PermissionError
    except OSError as error:
        raise ImproperlyConfigured(
            f"This user may not write in {directory}, where Encore keeps its data. Start Encore as the user it belongs "
            "to, or choose another directory with ENCORE_VAR."
        ) from error
    return directory


def _make_private(directory: Path) -> None:
    """Readable by its owner only. Root's may be passed through: its PostgreSQL runs as another user."""
    missing = [folder for folder in (directory, *directory.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


# A host that swallows packets would hold a worker, and /healthz, for minutes.
CONNECT_SECONDS = 10


def database(url: str, pool_size: int) -> dict[str, Any]:
    """Django's entry for a `postgres://user:password@host:port/name?option=value` address."""
    parts = parsed("DATABASE_URL", url, "postgres://user:password@host:5432/name")
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in POSTGRES_SCHEMES or not name:
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgres://user:password@host:5432/name. "
            "Encore works with PostgreSQL only; leave DATABASE_URL out to use the one it brings."
        )
    entry = {
        "ENGINE": "config.database",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": {"connect_timeout": CONNECT_SECONDS, **dict(parse_qsl(parts.query))},
    }
    return pooled(entry, pool_size)


def embedded_database(directory: Path, pool_size: int) -> dict[str, Any]:
    """The entry for the PostgreSQL that Encore brings; where it listens is known only once it runs."""
    entry = {
        "ENGINE": "config.database",
        "NAME": "encore",
        "USER": "encore",
        "OPTIONS": {"embedded_directory": str(directory)},
    }
    return pooled(entry, pool_size)


def pooled(entry: dict[str, Any], size: int) -> dict[str, Any]:
    """Connections are kept by thread, or in a pool of `size` shared by all threads of a process."""
    if size < 0:
        raise ImproperlyConfigured(f"DATABASE_POOL must be a number of connections, not {size}; 0 is no pool.")
    if size:
        entry["OPTIONS"]["pool"] = {"min_size": 1, "max_size": size, "timeout": 30}
    else:
        entry["CONN_MAX_AGE"] = 60
    entry["CONN_HEALTH_CHECKS"] = True
    return entry


def broker(url: str, directory: Path) -> dict[str, Any]:
    """Celery's broker; `filesystem://` keeps its messages under `directory`."""
    scheme = urlparse(url).scheme
    if scheme not in BROKER_SCHEMES:
        raise ImproperlyConfigured(
            f"CELERY_BROKER_URL names a broker Encore does not know ({scheme or 'no scheme'}://). "
            "Use amqp://user:password@host:5672// for RabbitMQ, redis://host:6379/0 for Redis, "
            "or leave it out to pass messages through files."
        )
    # One try to reach a broker: whoever has just recorded a fact must not wait for one that is down.
    options: dict[str, Any] = {"max_retries": 0} if scheme not in {"filesystem", "memory"} else {}
    if scheme == "filesystem":
        messages, control = directory / "messages", directory / "control"
        for folder in (messages, control):
            folder.mkdir(parents=True, exist_ok=True)
        options = {
            "data_folder_in": str(messages),
            "data_folder_out": str(messages),
            "control_folder": str(control),
            "polling_interval": 0.5,
        }
    return {"url": url, "options": options}


def site_url(value: str) -> str:
    """The address of this shop's Encore without a closing slash."""
    parts = parsed("SITE_URL", value, "https://crm.example.com")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ImproperlyConfigured(
            f"SITE_URL must be an address such as https://crm.example.com, not {value!r}: links in letters lead there."
        )
    return value.rstrip("/")


def not_negative(name: str, value: int) -> int:
    if value < 0:
        raise ImproperlyConfigured(f"{name} must be 0 or more, not {value}.")
    return value


def at_least_one(name: str, value: int) -> int:
    if value < 1:
        raise ImproperlyConfigured(f"{name} must be 1 or more, not {value}.")
    return value


def time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ImproperlyConfigured(f"TIME_ZONE {name!r} is not a time zone. Use a name such as Europe/Moscow.")
    return name


def language(code: str, known: list[str]) -> str:
    if code not in known:
        raise ImproperlyConfigured(f"LANGUAGE_CODE {code!r} is not spoken here. Choose one of {', '.join(known)}.")
    return code


def currency(code: str) -> str:
    if code and not re.fullmatch(r"[A-Z]{3}", code):
        raise ImproperlyConfigured(f"CURRENCY {code!r} must be three capital letters such as EUR or RUB.")
    return code


def secret_key(file: Path) -> str:
    """The key kept in `file`, made on first use and readable by its owner only."""
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(50))
    try:
        # A hard link appears whole or not at all, so two first starts agree on one key.
        file.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return file.read_text().strip()
