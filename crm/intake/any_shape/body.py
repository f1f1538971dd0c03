"""A body of any shape: JSON, a form, or a form with files, kept as JSON without the secret that came in it."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import parse_qsl

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.intake.any_shape.form_fields import nested
from crm.intake.arrival import Arrival
from crm.timezones import day_of

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
# Names under which a field holds the secret, however their words are parted.
SECRET_NAMES = frozenset({"secret", "apikey"})
# Fields that say what kind of message it is, for the list of what came.
TOPIC_NAMES = ("event", "event_type", "eventType", "type", "topic", "action", "formname", "formid", "form")
PING = {"test": "test"}
MOST_DEPTH = 30


def arrival(request: HttpRequest) -> Arrival | None:
    """The same body on the same day is one message sent again; a ping is answered and forgotten."""
    payload = read_body(request)
    if is_ping(payload):
        return None
    payload = without_secret(payload)
    if not payload:
        raise ValueError(_("There is nothing in it."))
    told = json.dumps(payload, sort_keys=True).encode()
    key = f"{hashlib.sha256(told).hexdigest()} {day_of(timezone.now()).isoformat()}"
    return Arrival(key=key, topic=_topic(payload, request.content_type or ""), payload=payload)


def read_body(request: HttpRequest) -> Any:
    """ValueError says in words what cannot be read."""
    if request.content_type not in FORMS:
        return parse_text(_text_of(request))
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
        left_out = [(name, _left_out(file.name)) for name, files in request.FILES.lists() for file in files]
    except (BadRequest, MultiPartParserError, RequestDataTooBig, SuspiciousOperation) as wrong:
        raise ValueError(_("The form cannot be read: %(why)s") % {"why": wrong}) from wrong
    return checked(nested(fields + left_out))


def _text_of(request: HttpRequest) -> str:
    encoding = request.encoding or "utf-8"
    try:
        return request.body.decode(encoding)
    except (UnicodeDecodeError, LookupError) as wrong:
        raise ValueError(_("Its letters are not those of %(encoding)s.") % {"encoding": encoding}) from wrong


def parse_text(text: str) -> Any:
    """JSON, or the fields of a form as they stand in an address: some say JSON and send a form."""
    try:
        return checked(json.loads(text))
    except RecursionError as deep:
        raise ValueError(_("It is nested too deeply.")) from deep
    except json.JSONDecodeError as wrong:
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=1_000) if "=" in text[:100] else []
        if not fields or text.lstrip()[:1] in {"{", "[", "<"}:
            raise ValueError(_("It is neither JSON nor a form: %(why)s") % {"why": wrong}) from wrong
        return checked(nested(fields))


def checked(payload: Any) -> Any:
    """An object, or a list of objects, that can be kept and looked at."""
    if not isinstance(payload, dict | list):
        raise ValueError(_("It is a single value, without any fields."))
    if any(not isinstance(item, dict) for item in (payload if isinstance(payload, list) else ())):
        raise ValueError(_("It is a list of values without any fields."))
    level: list[Any] = [payload]
    for _depth in range(MOST_DEPTH):
        level = [below for one in level for below in (one.values() if isinstance(one, dict) else one)]
        level = [one for one in level if isinstance(one, dict | list)]
        if not level:
            return _printable(payload)
    raise ValueError(_("It is nested too deeply."))


def is_ping(payload: Any) -> bool:
    """Tilda's question whether anybody is there."""
    return bool(without_secret(payload) == PING)


def posted_secret(payload: Any) -> str:
    fields = payload.items() if isinstance(payload, dict) else ()
    return next((str(value) for name, value in fields if _is_secret(name) and value), "")


def without_secret(payload: Any) -> Any:
    if not isinstance(payload, dict):
        return payload
    return {name: value for name, value in payload.items() if not _is_secret(name)}


def _is_secret(name: str) -> bool:
    return name.replace("-", "").replace("_", "").lower() in SECRET_NAMES


def _left_out(name: str | None) -> str:
    return _("A file that is not kept: %(name)s") % {"name": name or ""}


def _printable(payload: Any) -> Any:
    text = json.dumps(payload, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError as wrong:
        raise ValueError(_("It holds characters that cannot be kept.")) from wrong
    if "\\u0000" in text.replace("\\\\", ""):
        raise ValueError(_("It holds characters that cannot be kept."))
    return payload


def _topic(payload: Any, content_type: str) -> str:
    fields = payload if isinstance(payload, dict) else {}
    named = (str(fields[name]) for name in TOPIC_NAMES if isinstance(fields.get(name), str) and fields[name])
    return next(named, "form" if content_type in FORMS else "JSON")
