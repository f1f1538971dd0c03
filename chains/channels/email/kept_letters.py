"""Letters of the outbox that went to somebody, or name them: deleted with them, as a mail server would have no copy."""

from __future__ import annotations

import datetime as dt
import email.policy
import re
from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from chains.channels.email import outbox
from chains.models import TestOrderMessage
from crm.privacy.holding import AFTER, BEFORE
from crm.privacy.kept import Kept, Rows
from crm.privacy.person import Person


def _letters(person: Person) -> list[Path]:
    """By an address of theirs in it; letters of test orders and previews that showed them to staff, by Message-ID."""
    shown = TestOrderMessage.objects.filter(test_order__customer__in=person.ids).values_list("pk", flat=True)
    words = [re.escape(address) for _channel, address in person.addresses]
    words += [f"test-order-{pk}-[\\w-]+@[\\w.-]+" for pk in shown]
    words += [f"preview-{pk}-[\\w-]+@[\\w.-]+" for pk in person.ids]
    if not words:
        return []
    names_them = re.compile(f"{BEFORE}({'|'.join(words)}){AFTER}", re.IGNORECASE)
    return [path for day in outbox.days() for path in outbox.letters(day) if names_them.search(_text(path))]


def _text(path: Path) -> str:
    letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    headers = "\n".join(f"{name}: {value}" for name, value in letter.items())
    bodies = [body.get_content() for kind in ("plain", "html") if (body := letter.get_body((kind,)))]
    return "\n".join([headers, *bodies])


def _tell(found: Iterable[Path]) -> Rows:
    return [{"letter": _text(path)} for path in found]


def _delete(found: Iterable[Path], at: dt.datetime) -> int:
    count = 0
    for path in found:
        path.unlink(missing_ok=True)
        count += 1
    return count


OUTBOX_LETTERS = Kept("outbox_letters", _letters, _tell, _delete, _("letters of the outbox"))
