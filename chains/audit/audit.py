"""The health check's words on a letter that was pasted in. Pure: a letter in, findings out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrPromise

from chains.audit.pasted import Pasted, language_of
from chains.definition.checks.codes import RULES, Code
from chains.definition.checks.five_parts import NAMES, FirstPart, missing_parts
from chains.definition.checks.letter import Call, Letter
from chains.definition.checks.letter_rules import letter_findings
from chains.definition.checks.offers import discount_on_everything
from chains.definition.checks.weight import HEAVY, KB, TOO_HEAVY
from crm.languages import content, spoken

LONGEST_SUBJECT, SHORTEST_PREHEADER, LONGEST_PREHEADER = 60, 30, 140
_UNFILLED = re.compile(
    r"\{\{[^{}]{0,100}\}\}|\{%[^{}]{0,100}%\}|\*\|[^|*\n]{1,60}\|\*|%%?[A-Z][A-Z_]{2,40}%%?|\[\[[^\[\]\n]{1,60}\]\]"
    r"|\$\{[^{}\n]{1,60}\}|<%=?[^%\n]{1,60}%>|\[(?:NAME|FNAME|FIRST[ _]NAME|ИМЯ)\]"
)
_GAP = re.compile(r"^[^\n]{0,40}?\w[ \t]*,[ \t]*[!,.]|^\w[\w ]{1,20}[ \t]+[,!]", re.MULTILINE)


class Kind(StrEnum):
    FIRST = "first"
    SERVICE = "service"
    MARKETING = "marketing"


KINDS: dict[Kind, StrPromise] = {
    Kind.FIRST: gettext_lazy("the first message after an order"),
    Kind.SERVICE: gettext_lazy("another service message"),
    Kind.MARKETING: gettext_lazy("marketing"),
}


@dataclass(frozen=True, slots=True)
class Remark:
    words: str
    why: StrPromise | str = ""
    is_grave: bool = False


@dataclass(frozen=True, slots=True)
class Audit:
    letter: Letter
    remarks: tuple[Remark, ...]
    parts: tuple[tuple[StrPromise, bool], ...]  # of a first message: each, and whether it is there
    size_kb: int

    @property
    def is_fine(self) -> bool:
        return not self.remarks


def audit(pasted: Pasted, kind: Kind) -> Audit:
    letter = letter_of(pasted, kind)
    remarks = [*_from_the_health_check(letter), *_own(pasted, letter, kind)]
    missing = missing_parts(letter) if kind == Kind.FIRST else []
    parts = tuple((NAMES[part], part not in missing) for part in FirstPart) if kind == Kind.FIRST else ()
    if missing:
        remarks.insert(
            0, Remark(_("It does not say all that a first message has to say."), RULES[Code.FIRST_MESSAGE].why)
        )
    grave_first = sorted(remarks, key=lambda remark: not remark.is_grave)
    return Audit(letter, tuple(grave_first), parts, -(-pasted.size // KB))


def letter_of(pasted: Pasted, kind: Kind) -> Letter:
    language = language_of(f"{pasted.subject}\n{pasted.words}")
    return Letter(
        language=language,
        is_service=kind != Kind.MARKETING,
        subject=pasted.subject,
        preheader=pasted.marked.preheader if pasted.marked else "",
        words=pasted.words,
        source=f"{pasted.subject}\n{pasted.words}",
        calls=tuple(_calls(pasted, language)),
    )


def _calls(pasted: Pasted, language: str) -> list[Call]:
    """What asks to be pressed: neither the small print nor the shop's logo and its pages elsewhere."""
    found: dict[str, Call] = {}
    for label, link in pasted.links:
        if not label or _small_print(language).search(label) or not link.lower().startswith(("http", "{{", "*|")):
            continue
        if not _is_social(link):
            found.setdefault(link.split("?utm")[0].rstrip("/"), Call(label[:60], link))
    return list({call.label.casefold(): call for call in found.values()}.values())


def _from_the_health_check(letter: Letter) -> Iterator[Remark]:
    for found in letter_findings(letter):
        yield Remark(_capital(found.words), RULES[found.code].why, is_grave=found.code == Code.ADVERTISING_TONE)


def _own(pasted: Pasted, letter: Letter, kind: Kind) -> Iterator[Remark]:
    yield from _unfilled(letter)
    yield from _unsubscribing(pasted, letter, kind)
    yield from _offer(letter, kind)
    yield from _inbox_line(pasted, letter)
    yield from _pictures(pasted)
    yield from _weight(pasted)


def _unfilled(letter: Letter) -> Iterator[Remark]:
    found = list(dict.fromkeys(_UNFILLED.findall(letter.said)))
    if found:
        words = _("Placeholders were left unfilled: %(found)s.") % {"found": ", ".join(found[:5])}
        yield Remark(words, _("A customer reads that nobody has looked at the letter."), is_grave=True)
    if gap := _GAP.search(letter.words):
        words = _("A gap where a name or a word should be: “%(found)s”.") % {"found": gap[0].strip()}
        yield Remark(words, _("A customer without a name gets this; say something else to them."))


def _unsubscribing(pasted: Pasted, letter: Letter, kind: Kind) -> Iterator[Remark]:
    if kind != Kind.MARKETING:
        return
    small_print = "\n".join([pasted.words, *(label for label, _link in pasted.links)])
    if not _pattern(letter.language, "unsubscribe").search(small_print):
        yield Remark(
            _("There is no way to unsubscribe."),
            _("Who finds none presses “spam”, and the law asks for one."),
            is_grave=True,
        )
    if pasted.can_unsubscribe_in_one_press is False:
        yield Remark(
            _("The headers for unsubscribing with one press are missing (List-Unsubscribe, List-Unsubscribe-Post)."),
            _("Gmail and Yahoo ask for them in marketing letters."),
        )


def _offer(letter: Letter, kind: Kind) -> Iterator[Remark]:
    if kind == Kind.MARKETING and (sentence := discount_on_everything(letter.said)):
        words = _("It promises a discount on everything: “%(words)s”.") % {"words": sentence}
        yield Remark(words, RULES[Code.STOREWIDE_DISCOUNT].why)


def _inbox_line(pasted: Pasted, letter: Letter) -> Iterator[Remark]:
    if not letter.subject.strip():
        yield Remark(_("It has no subject, or it was not pasted in with the letter."))
    elif len(letter.subject) > LONGEST_SUBJECT:
        words = _("The subject has %(count)d characters; phones show about %(most)d.")
        yield Remark(words % {"count": len(letter.subject), "most": LONGEST_SUBJECT})
    if pasted.marked is None:
        return
    length = len(letter.preheader)
    if not SHORTEST_PREHEADER <= length <= LONGEST_PREHEADER:
        words = _("The line after the subject has %(count)d characters; from %(least)d to %(most)d read well.")
        told = {"count": length, "least": SHORTEST_PREHEADER, "most": LONGEST_PREHEADER}
        yield Remark(words % told, _("Without one the inbox shows whatever the letter begins with."))


def _pictures(pasted: Pasted) -> Iterator[Remark]:
    marked = pasted.marked
    if marked is None:
        return
    if marked.pictures_without_words:
        words = ngettext(
            "%(count)d picture has no words in its place (alt).",
            "%(count)d pictures have no words in their place (alt).",
            marked.pictures_without_words,
        )
        why = _("Many see no pictures at first, and some never do.")
        yield Remark(words % {"count": marked.pictures_without_words}, why)
    if marked.pictures and len(pasted.words.split()) < 20:
        yield Remark(
            _("It consists of pictures, with hardly a word."), _("Filters and people who see no pictures get nothing.")
        )
    if not marked.has_language:
        yield Remark(_("It does not say in which language it is (lang)."), _("Screen readers read it out wrongly."))


def _weight(pasted: Pasted) -> Iterator[Remark]:
    why = RULES[Code.HEAVY_LETTER].why
    if pasted.size > HEAVY:
        words = _("It weighs %(size)d KB.") % {"size": round(pasted.size / KB)}
        yield Remark(words, why, is_grave=pasted.size > TOO_HEAVY)
    if not pasted.has_plain_part:
        yield Remark(_("It has no plain-text part."), _("Watches, screen readers and filters read that one."))


def _is_social(link: str) -> bool:
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return False
    return host.removeprefix("www.") in {
        "facebook.com", "instagram.com", "vk.com", "t.me", "youtube.com", "twitter.com", "x.com", "tiktok.com",
        "linkedin.com", "pinterest.com", "ok.ru", "wa.me", "dzen.ru", "rutube.ru",
    }  # fmt: skip


def _small_print(language: str) -> re.Pattern[str]:
    return _pattern(language, "small_print")


@cache
def _pattern(language: str, name: str) -> re.Pattern[str]:
    found = content(spoken(language), "words")["audit"]
    names = found[name] if name == "unsubscribe" else [*found["unsubscribe"], *found[name]]
    return re.compile("|".join(names), re.IGNORECASE)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
