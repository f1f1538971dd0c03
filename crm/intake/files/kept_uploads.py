"""Files on their way into Encore, and rows that were refused, hold people by the thousand: an erasure drops them all.

Nobody can tell whom a file is about that has not been read yet, so whoever uploaded one uploads it again. One that is
being imported at this very moment stays until it is through.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from crm.intake.files import uploads
from crm.privacy.kept import Kept
from crm.privacy.person import Person

BEING_READ = (".locked", ".progress", ".fresh")


def _waiting(person: Person) -> list[Path]:
    return [path for path in uploads.folder().iterdir() if not path.name.endswith(BEING_READ)]


def _forget(found: Iterable[Path], at: dt.datetime) -> int:
    count = 0
    for path in found:
        path.unlink(missing_ok=True)
        count += 1
    return count


UPLOADS = Kept("uploads", _waiting, None, _forget, _("files on their way in"))
