"""Which questions the bot may look at, and which ready answer is meant by one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crm import languages
from crm.events import wake
from crm.models import Case, CaseMessage, ReadyAnswer, Shop

ANSWER = "chains.tasks.send_bot_answers"
# Whoever writes more has more to say than a common question.
LONGEST_QUESTION = 300
# Between the words of a phrase so many others may stand.
BETWEEN = 2
_SAME_LETTERS = languages.letters("replies")


def ring_bot() -> None:
    wake(ANSWER)


def is_for_the_bot(case: Case, text: str, *, has_files: bool) -> bool:
    """Short words about a question that nobody has answered yet, of somebody who asks for no person."""
    if has_files or case.kind != Case.Kind.QUESTION or case.severity == Case.Severity.HIGH:
        return False
    if not 0 < len(text.strip()) <= LONGEST_QUESTION:
        return False
    shop = Shop.load()
    return shop.bot_answers and not calls_a_person(text, shop) and not _was_answered(case)


def calls_a_person(text: str, shop: Shop) -> bool:
    words = [*shop.human_words.splitlines(), *languages.words("replies", "human")]
    return any(_pattern(word).search(folded(text)) for word in words if word.strip())


def meant(text: str, answers: Iterable[ReadyAnswer]) -> ReadyAnswer | None:
    """The one whose phrases are in the question; None when there is none, or more than one."""
    said = folded(text)
    found = [answer for answer in answers if any(_pattern(phrase).search(said) for phrase in _phrases(answer))]
    return found[0] if len(found) == 1 else None


def folded(text: str) -> str:
    """Without capitals, and with the letters that people in a hurry type for others."""
    return " ".join(text.casefold().translate(_SAME_LETTERS).split())


def _phrases(answer: ReadyAnswer) -> list[str]:
    return [phrase for phrase in answer.triggers.splitlines() if re.search(r"\w", phrase)]


def _pattern(phrase: str) -> re.Pattern[str]:
    """The beginnings of its words in their order, perhaps with some others between."""
    words = [re.escape(word) for word in re.findall(r"\w+", folded(phrase))]
    return re.compile(r"(?<!\w)" + rf"\w*\W+(?:\w+\W+){{0,{BETWEEN}}}".join(words))


def _was_answered(case: Case) -> bool:
    return CaseMessage.objects.sent().filter(case=case).exists()
