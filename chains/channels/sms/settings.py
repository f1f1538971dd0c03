"""By whom SMS leave, as the environment names them: Twilio, or any gateway that takes an HTTP request."""

import re
from typing import Any
from urllib.parse import ParseResult, parse_qsl, unquote

from django.core.exceptions import ImproperlyConfigured
from environs import Env

from chains.channels.provider_url import parsed

SMS_OPTIONS = {
    "SMS_METHOD": "POST",
    "SMS_HEADERS": "Content-Type: application/json",
    "SMS_BODY": '{"to": "{{ phone }}", "text": "{{ text }}"}',
    "SMS_SENDER": "",
    "SMS_SUCCESS": "",
    "SMS_MESSAGE_ID": "",
    "SMS_BAD_NUMBER": "",
    "SMS_IDEMPOTENT": "false",
    "SMS_INCOMING_SENDER": "from",
    "SMS_INCOMING_TEXT": "text",
    "SMS_INCOMING_ID": "id",
}
SMS_PLACEHOLDERS = {"phone", "digits", "text", "sender", "key"}


def read(env: Env) -> dict[str, Any]:
    return {"SMS": sms(env.str("SMS_URL", ""), {name: env.str(name, "") for name in SMS_OPTIONS})}


def sms(url: str, options: dict[str, str]) -> dict[str, Any]:
    """How SMS leave: over Twilio (`twilio://SID:TOKEN@SENDER`) or any gateway that takes an HTTP request."""
    if not url:
        return {}
    parts = parsed("SMS_URL", url, "https://gateway.example/send or twilio://SID:TOKEN@+15005550006")
    if parts.scheme == "twilio":
        return _twilio(parts)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(
            "SMS_URL must be the address of a gateway (https://...) or twilio://SID:TOKEN@SENDER, "
            "where SENDER is a number such as +15005550006 or a messaging service such as MG123."
        )
    given = {name: options.get(name) or usual for name, usual in SMS_OPTIONS.items()}
    for name in ("SMS_SUCCESS", "SMS_MESSAGE_ID", "SMS_BAD_NUMBER"):
        _check_expression(name, given[name], groups=1 if name == "SMS_MESSAGE_ID" and given[name] else 0)
    for name, written in (("SMS_URL", url), ("SMS_BODY", given["SMS_BODY"]), ("SMS_HEADERS", given["SMS_HEADERS"])):
        if unknown := set(re.findall(r"{{\s*(.*?)\s*}}", written)) - SMS_PLACEHOLDERS:
            known = ", ".join(sorted(SMS_PLACEHOLDERS))
            raise ImproperlyConfigured(f"{name} names {{{{ {unknown.pop()} }}}}; there are {known}.")
    return {
        "kind": "gateway",
        "url": url,
        "method": given["SMS_METHOD"].upper(),
        "headers": _headers(given["SMS_HEADERS"]),
        "body": given["SMS_BODY"] if given["SMS_METHOD"].upper() != "GET" else "",
        "sender": given["SMS_SENDER"],
        "success": given["SMS_SUCCESS"],
        "message_id": given["SMS_MESSAGE_ID"],
        "bad_number": given["SMS_BAD_NUMBER"],
        "incoming": {name: given[f"SMS_INCOMING_{name.upper()}"] for name in ("sender", "text", "id")},
        "is_idempotent": given["SMS_IDEMPOTENT"].lower() in {"1", "true", "yes"},
    }


def _twilio(parts: ParseResult) -> dict[str, Any]:
    credentials, _at, sender = parts.netloc.rpartition("@")
    account, _colon, secret = credentials.partition(":")
    if not (account and secret and sender):
        raise ImproperlyConfigured("SMS_URL must name account, token and sender: twilio://SID:TOKEN@+15005550006.")
    api = dict(parse_qsl(parts.query)).get("api", "https://api.twilio.com")
    return {"kind": "twilio", "account": account, "secret": unquote(secret), "sender": unquote(sender), "api": api}


def _check_expression(name: str, written: str, *, groups: int) -> None:
    try:
        found = re.compile(written).groups
    except re.error as error:
        raise ImproperlyConfigured(f"{name} is not a regular expression: {error}.") from error
    if groups and found != groups:
        raise ImproperlyConfigured(f'{name} must hold one group around the id, as "id": "([^"]+)".')


def _headers(written: str) -> dict[str, str]:
    """`Name: value` pairs, separated by | as a line of an environment file can hold them."""
    pairs = [pair.partition(":") for pair in written.split("|") if pair.strip()]
    for name, colon, _value in pairs:
        if not colon or not re.fullmatch(r"[\w-]+", name.strip()):
            raise ImproperlyConfigured("SMS_HEADERS must look like Name: value | Other-Name: value.")
    return {name.strip(): value.strip() for name, _colon, value in pairs}
