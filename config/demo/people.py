"""Who the simulated customers are."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from random import Random

from config.demo.people_words import ENGLISH, RUSSIAN, RUSSIAN_SHARE, SOURCES, TAGS, LanguageWords

IN_LATIN = str.maketrans("абвгдеёзийклмнопрстуфхцыэ", "abvgdeeziyklmnoprstufhcye") | str.maketrans(
    {"ж": "zh", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
)
FICTIONAL_BRITISH_NUMBERS = 1000


@dataclass
class DemoPerson:
    index: int
    first_name: str
    last_name: str
    language_words: LanguageWords
    city: str
    time_zone: str
    email: str
    phone: str
    born_on: dt.date | None
    source: str
    tags: list[str]
    agrees_to_marketing: bool | None
    first_at: dt.datetime
    owns: list[str] = field(default_factory=list)


def invent_person(random: Random, index: int, first_at: dt.datetime) -> DemoPerson:
    language_words = RUSSIAN if random.random() < RUSSIAN_SHARE else ENGLISH
    is_woman = random.random() < 0.6
    first_name = random.choice(language_words.women if is_woman else language_words.men)
    last_name = random.choice(language_words.surnames)[0 if is_woman else 1]
    city, time_zone, _share = random.choices(language_words.towns, [share for *_, share in language_words.towns])[0]
    born_on = dt.date(1956, 1, 1) + dt.timedelta(days=int(random.triangular(0, 18600, 10500)))
    answer = random.random()
    return DemoPerson(
        index=index,
        first_name=first_name,
        last_name=last_name,
        language_words=language_words,
        city=city,
        time_zone=time_zone,
        email=f"{in_latin(first_name)}.{in_latin(last_name)}{index}@example.com",
        phone=_phone(random, language_words, index),
        born_on=born_on if random.random() < 0.7 else None,
        source=random.choices([name for name, _share in SOURCES], [share for _name, share in SOURCES])[0],
        tags=[tag for tag, share in TAGS if random.random() < share],
        agrees_to_marketing=True if answer < 0.84 else (None if answer < 0.94 else False),
        first_at=first_at,
    )


def in_latin(name: str) -> str:
    return name.lower().translate(IN_LATIN)


def _phone(random: Random, language_words: LanguageWords, index: int) -> str:
    """A number that may not ring anybody: the British ones are of the range kept for fiction."""
    if language_words is ENGLISH:
        return f"+447700900{index:03}" if index < FICTIONAL_BRITISH_NUMBERS else ""
    return f"+79990{index:06}" if random.random() < 0.75 else ""
