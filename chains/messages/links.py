"""Where a letter may lead: only to a host that staff wrote, or to an address kept in the shop's own fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from chains.messages.placeholders import LINKS, OWN_PAGES
from chains.messages.sandbox import TemplateError, fill

LENGTH_LIMIT = 2_000
_PLACEHOLDER = re.compile(r"{{-?(.*?)-?}}", re.DOTALL)
_WEB = re.compile(r"https?://(?:[\w-]+\.)*[\w-]+(?::\d{1,5})?(?=[/?#]|$)", re.IGNORECASE)
_MAIL = re.compile(r"mailto:[^\s{}?]+@[^\s{}?]+(?=\?|$)", re.IGNORECASE)
_PHONE = re.compile(r"tel:[+\d()\- ]+$", re.IGNORECASE)
_FIELD = re.compile(r"{{-?\s*([\w.]+)\s*-?}}(?=[/?#]|$)")
_SCORE = re.compile(r"\?score=[1-5]")
# The rating a customer chooses in the letter is filled in there.
TAKE_SCORE = {"rate_url", "review_url"}
_UNFIT = re.compile(r"[\s\x00-\x1f\x7f\\<>\"]")


def link_source(written: str) -> str:
    """The Liquid source of a link, its placeholders URL-encoded so that none can change where it leads."""
    written = written.strip()
    if "{%" in written:
        raise TemplateError(_("A link may hold placeholders, but no conditions or loops: %(link)s") % {"link": written})
    head, tail = _split(written)
    if _UNFIT.search(_PLACEHOLDER.sub("", tail)):
        raise TemplateError(_("A link cannot hold spaces or quotes: %(link)s") % {"link": written})
    return head + _PLACEHOLDER.sub(lambda found: f"{{{{ {found[1].strip()} | in_link }}}}", tail)


def _split(written: str) -> tuple[str, str]:
    """What decides where the link leads, and the rest, which only says what to do there."""
    for pattern in (_WEB, _MAIL, _PHONE):
        if found := pattern.match(written):
            return found[0], written[found.end() :]
    field = _FIELD.match(written)
    if field and field[1] in LINKS and (field[1] not in OWN_PAGES or _is_own_page(field[1], written[field.end() :])):
        return f"{{{{ {field[1]} }}}}", written[field.end() :]
    raise TemplateError(
        _(
            "A link must begin with https:// and an address written in full, or with a placeholder "
            "that is a link itself, as {{ shop.site_url }}: %(link)s"
        )
        % {"link": written}
    )


def _is_own_page(name: str, tail: str) -> bool:
    """Encore's own pages take nothing more, but for the rating a customer chooses in the letter."""
    return not tail or name in TAKE_SCORE and bool(_SCORE.fullmatch(tail))


def filled_link(source: str, context: Mapping[str, Any]) -> str:
    """Where the link leads for this customer; empty when the field it comes from is not filled in."""
    link = fill(source, context).strip()
    return link if is_usable(link) else ""


# Most links are the same in every letter.
@lru_cache(maxsize=1024)
def is_usable(link: str) -> bool:
    """A web, mail or phone address that no mail program could read as anything else."""
    if not link or len(link) > LENGTH_LIMIT:
        return False
    if link.startswith("tel:"):
        return bool(_PHONE.fullmatch(link))
    if _UNFIT.search(link):
        return False
    return link.startswith("mailto:") or is_web(link)


@lru_cache(maxsize=1024)
def is_web(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
