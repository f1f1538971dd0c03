"""The address of a server or a provider, as the environment names it."""

from urllib.parse import ParseResult, urlparse

from django.core.exceptions import ImproperlyConfigured


def parsed(name: str, value: str, example: str) -> ParseResult:
    parts = urlparse(value)
    try:
        parts.port  # noqa: B018  (urllib checks the port only when it is read)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} has a port that is no number. Write it as {example}.") from error
    return parts
