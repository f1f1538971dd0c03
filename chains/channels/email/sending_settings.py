"""How letters leave, as the environment says it: over an SMTP server or by a provider that Anymail speaks to."""

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any
from urllib.parse import ParseResult, parse_qsl, unquote, urlparse

from django.core.exceptions import ImproperlyConfigured

from chains.channels.provider_url import parsed

SMTP_SCHEMES = {"smtp": {}, "smtp+tls": {"EMAIL_USE_TLS": True}, "smtps": {"EMAIL_USE_SSL": True}}
SMTP_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
ANYMAIL_KEYS = {
    "amazon-ses": None,
    "brevo": "BREVO_API_KEY",
    "mailersend": "MAILERSEND_API_TOKEN",
    "mailgun": "MAILGUN_API_KEY",
    "mailjet": "MAILJET_API_KEY",
    "mandrill": "MANDRILL_API_KEY",
    "postmark": "POSTMARK_SERVER_TOKEN",
    "resend": "RESEND_API_KEY",
    "scaleway": "SCALEWAY_SECRET_KEY",
    "sendgrid": "SENDGRID_API_KEY",
    "sparkpost": "SPARKPOST_API_KEY",
    "unisender-go": "UNISENDER_GO_API_KEY",
}

# What else these cannot send without, by Anymail's names.
ALSO_NEEDED = {
    "mailjet": "MAILJET_SECRET_KEY",
    "scaleway": "SCALEWAY_PROJECT_ID",
    "unisender-go": "UNISENDER_GO_API_URL",
}


# A library that is not among Encore's own, without which nothing goes out to these or comes in from them.
LIBRARIES = {"amazon-ses": "boto3", "postal": "cryptography"}


def usable(providers: Iterable[str]) -> list[str]:
    """Those to choose from, of which one that lacks its library says what to install."""
    return [
        name if _has_library(name) else f"{name} (after pip install {LIBRARIES[name]})" for name in sorted(providers)
    ]


def check_library(setting: str, provider: str) -> None:
    """Raise in words when a provider's library is not there: better at the start than at the first letter."""
    if not _has_library(provider):
        library = LIBRARIES[provider]
        raise ImproperlyConfigured(
            f"{setting} names {provider}, which needs a library more: .venv/bin/pip install {library}"
        )


def _has_library(provider: str) -> bool:
    library = LIBRARIES.get(provider)
    return library is None or find_spec(library) is not None


def check_provider(url: str, anymail: dict[str, Any]) -> None:
    """Raise in words when letters could not leave by the provider named: better at the start than at the first."""
    provider = urlparse(url).scheme.removeprefix("anymail+")
    needed = ALSO_NEEDED.get(provider)
    if needed and not anymail.get(needed):
        raise ImproperlyConfigured(f"EMAIL_URL names {provider}, which cannot send without ANYMAIL_{needed}.")
    check_library("EMAIL_URL", provider)


def email(url: str) -> dict[str, Any]:
    """Django's mail settings for an SMTP server or for a provider that Anymail speaks to."""
    parts = parsed("EMAIL_URL", url, "smtp://user:password@host:587")
    provider = parts.scheme.removeprefix("anymail+")
    if parts.scheme in SMTP_SCHEMES:
        return _smtp(parts)
    if parts.scheme.startswith("anymail+") and provider in ANYMAIL_KEYS:
        return _anymail(provider, parts)
    raise ImproperlyConfigured(
        f"EMAIL_URL names a way to send that Encore does not know ({parts.scheme or 'no scheme'}://). "
        "Use smtp://, smtp+tls:// or smtps:// with user:password@host:port, "
        f"or anymail+NAME://KEY@domain where NAME is one of {', '.join(usable(ANYMAIL_KEYS))}. "
        "Leave EMAIL_URL out to collect letters in the outbox instead of sending them."
    )


def _smtp(parts: ParseResult) -> dict[str, Any]:
    if not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL names no mail server, as in smtp://host:25.")
    return {
        "EMAIL_BACKEND": "chains.channels.email.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or SMTP_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_TIMEOUT": 30,
        **SMTP_SCHEMES[parts.scheme],
    }


def _anymail(provider: str, parts: ParseResult) -> dict[str, Any]:
    key_name = ANYMAIL_KEYS[provider]
    options: dict[str, str] = {name.upper(): value for name, value in parse_qsl(parts.query)}
    if key_name:
        if not parts.username:
            raise ImproperlyConfigured(f"EMAIL_URL names no key, as in anymail+{provider}://KEY@domain.")
        options[key_name] = unquote(parts.username)
    if provider == "mailgun" and parts.hostname:
        options["MAILGUN_SENDER_DOMAIN"] = parts.hostname
    if provider == "mailjet" and parts.password:
        options["MAILJET_SECRET_KEY"] = unquote(parts.password)
    backend = provider.replace("-", "_")
    return {"EMAIL_BACKEND": f"anymail.backends.{backend}.EmailBackend", "ANYMAIL": options}
