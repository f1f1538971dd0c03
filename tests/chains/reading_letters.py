"""What must not be seen in any letter that goes out: gaps, leftovers of the template, links to nowhere."""

import re

MOST_BYTES = 60_000
LEFT_OVER = ("{{", "{%", "None", "qhidden", "xliquid")
EMPTY = re.compile(r"\(\s*\)|«\s*»|“\s*”")
LINK = re.compile(r"(?:https?://|mailto:)\S+")
GAP = re.compile(r"\S  \S|\s[,;:!?](?:\s|$)|\s\.(?:\s|$)|[,.;:!?][,;:!]|[.]{2}|: *\.|\*\*")


def assert_reads_well(made, kind):
    assert len(made.html.encode()) < MOST_BYTES
    assert 0 < len(made.subject) <= 100, made.subject
    assert 'href=""' not in made.html
    assert 'src=""' not in made.html
    assert left_over(made.html) == [], kind
    assert_sound(made.subject, kind)
    assert_sound(made.text, kind)
    assert_links_can_be_pressed(made, kind)


def assert_sound(said, kind):
    assert left_over(said) == [], (kind, said)
    for line in said.splitlines():
        assert not GAP.search(without_links(line)), (kind, line)


def left_over(said):
    return [part for part in LEFT_OVER if part in said] + EMPTY.findall(said)


def without_links(line):
    return LINK.sub("", line).strip()


def assert_links_can_be_pressed(made, kind):
    """In the plain text too: each whole, with nothing behind it that a mail program could take for a part of it."""
    told = [(line, *LINK.findall(line)) for line in made.text.splitlines() if LINK.search(line)]
    assert all(len(found) == 1 and line.endswith(found[0]) for line, *found in told), (kind, told)
    pressed = {link.partition("?")[0] for link in re.findall(r'href="([^"]*)', made.html)}
    assert pressed == {link.partition("?")[0] for _line, link in told}, kind
