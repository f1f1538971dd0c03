"""How many returned letters are known as such, folder by folder, and what would follow from them.

    python benchmarks/bounces.py [FOLDER ...] [--show]

Every file of a folder is taken as one letter that a server sent back to the return path of one of ours (the test data
of `flufl.bounce`, unpacked from its source distribution, is such a folder); without one, those of the tests are. The
goal is that 95 % are recognised and none is taken for a reply. Nothing is kept, no database is needed.
`--show` names each file with what was made of it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN_FORMS = ROOT / "tests/chains/channels/email/returned"
HOST = "crm.example.com"
RETURN_PATH = f"bounces+{'A' * 22}@shop.example.com"
COLUMNS = ("recognised", "automatic", "reply", "came back", "given up", "sender's")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    print(f"{'':<40} {'letters':>8} " + " ".join(f"{name:>10}" for name in COLUMNS))
    for folder in options.folders or sorted(OWN_FORMS.iterdir()):
        files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("__"))
        print_counts(folder.name, [found(path, show=options.show) for path in files])


def print_counts(name: str, letters: list[set[str]]) -> None:
    counts = Counter(what for letter in letters for what in letter)
    share = f"{counts['recognised'] / len(letters):.1%} recognised" if letters else ""
    print(f"{name:<40} {len(letters):>8} " + " ".join(f"{counts[column]:>10}" for column in COLUMNS), share)


def found(path: Path, *, show: bool) -> set[str]:
    from django.utils import timezone

    from chains.channels.email import mail_reports
    from chains.channels.email.mail_reports import Kind
    from chains.channels.email.received_mail import read

    mail = read(path.read_bytes(), [RETURN_PATH])
    if not mail_reports.is_report(mail):
        made = {"automatic" if mail.is_automatic else "reply"}
    else:
        told = {receipt.kind for receipt in mail_reports.receipts(mail, HOST, timezone.now())}
        names = {"came back": told & {Kind.BOUNCED, Kind.SOFT_BOUNCED, Kind.REFUSED}}
        names |= {"given up": told & {Kind.BOUNCED}, "sender's": told & {Kind.REFUSED}}
        made = {"recognised"} | {name for name, kinds in names.items() if kinds}
    if show:
        print(f"{path.name:<40} {', '.join(sorted(made)):<40} {mail.sender[:40]:<40} {mail.subject[:60]}")
    return made


if __name__ == "__main__":
    main()
