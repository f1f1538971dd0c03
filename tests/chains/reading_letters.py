"""What must not be seen in any letter that goes out: gaps, leftovers of the template, links to nowhere."""

import re

MOST_BYTES = 60_000
LEFT_OVER = re.compile(r"{{|{%|\bNone\b|qhidden|xliquid|\(\s*\)|«\s*»|“\s*”")
GAP = re.compile(r"\S  \S|\s[,;:!?](?:\s|$)|\s\.(?:\s|$)|[,.;:!?][,;:!]|[.]{2}|: *\.|\*\*")


def assert_reads_well(made, kind):
    assert len(made.html.encode()) < MOST_BYTES
    assert 0 < len(made.subject) <= 100, made.subject
    assert 'href=""' not in made.html
    assert 'src=""' not in made.html
    assert not LEFT_OVER.search(made.html), (kind, LEFT_OVER.search(made.html))
    assert_sound(made.subject, kind)
    assert_sound(made.text, kind)
    assert set(re.findall(r'href="(https://[^"?]*)', made.html)) - closing_links(made) <= links_in(made.text)


def assert_sound(said, kind):
    assert not LEFT_OVER.search(said), (kind, said)
    for line in said.splitlines():
        assert not GAP.search(without_links(line)), (kind, line)


def without_links(line):
    return re.sub(r"https?://\S+", "", line).strip()


def closing_links(made):
    """What stands below every letter."""
    return {link for link in re.findall(r'href="(https://[^"?]*)', made.html) if "/m/" in link}


def links_in(text):
    return {link.split("?")[0] for link in re.findall(r"https://\S+", text)}
