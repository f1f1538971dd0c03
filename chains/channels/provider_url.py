"""The address of a server or a provider, as the environment names it."""

from urllib.parse import ParseResult, urlparse

from django.core.exceptions import ImproperlyConfigured


def parsed(name: str, value: str, example: str) -> ParseResult:
    parts = urlparse(value)
    if any(letter.isspace() for letter in parts.netloc):
        # Files of variables know no comment behind a value: systemd and docker take it for a part of it.
        raise ImproperlyConfigured(f"{name} holds a space. Write it as {example}, with nothing behind it on the line.")
    try:
        parts.port  # noqa: B018  (urllib checks the port only when it is read)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} has a port that is no number. Write it as {example}.") from error
    return parts
