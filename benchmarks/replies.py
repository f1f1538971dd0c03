"""How many replies come out as their writers' own words, beside what mail-parser-reply makes of them.

    python benchmarks/replies.py FOLDER [...] [--show]

A folder holds pairs: x.txt is the plain text of a reply, x.expected.txt what is new in it. White space does not count.
Where more than one reading is right (a name below the text, say), x.expected1.txt and so on hold the others.
`--show` prints what became of those that do not come out right.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from mailparser_reply import EmailReplyParser

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ["en", "cs", "da", "de", "es", "fr", "it", "ja", "ko", "nl", "pl", "sv", "zh"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    for folder in options.folders:
        print_counts(folder, show=options.show)


def print_counts(folder: Path, *, show: bool) -> None:
    from chains.incoming.reply_text import fresh_text

    replies = sorted(path for path in folder.rglob("*.txt") if ".expected" not in path.name)
    ours = [path for path in replies if is_right(path, fresh_text(path.read_text(encoding="utf-8")))]
    theirs = [path for path in replies if is_right(path, by_library(path.read_text(encoding="utf-8")))]
    print(f"{folder.name}: {len(replies)} replies, right: {len(ours)}, by mail-parser-reply {len(theirs)}")
    for path in replies if show else ():
        if path not in ours:
            print(f"--- {path.name}\n{fresh_text(path.read_text(encoding='utf-8'))}\n")


def by_library(text: str) -> str:
    return EmailReplyParser(languages=LANGUAGES).parse_reply(text=text) or ""


def is_right(path: Path, words: str) -> bool:
    readings = path.parent.glob(f"{path.stem}.expected*.txt")
    return any("".join(words.split()) == "".join(one.read_text(encoding="utf-8").split()) for one in readings)


if __name__ == "__main__":
    main()
