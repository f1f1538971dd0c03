"""Elements of an XML file of any size, one at a time, from somebody nobody vouches for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from crm.intake.feeds.offer import FeedError

DEEPEST = 30
# What is inside of these is dropped after it was seen, so that memory stays flat; nothing else has so many parts.
LISTS = frozenset({"offers", "categories", "channel", "feed", "RDF"})
MOST_PARTS = 10_000
# Offers, or whatever else is listed.
MOST_LISTED = 1_000_000
# Of one name, value or text; what is longer is gone through again and again.
LONGEST_PIECE = 1 << 20


def elements(file: IO[bytes]) -> Iterator[tuple[str, Element]]:
    """Each element as (path from the root without namespaces, element), when it is complete.

    An element is whole when it is given; those in one of LISTS are not kept afterwards.
    """
    open_elements: list[Element] = []
    path: list[str] = []
    try:
        listed = 0
        for event, element in iterparse(_Pieces(file), events=("start", "end")):
            if event == "start":
                open_elements.append(element)
                path.append(local(element.tag))
                if len(path) > DEEPEST:
                    raise FeedError(_("The feed is nested too deeply to be a catalogue."))
                continue
            yield "/".join(path), element
            path.pop()
            open_elements.pop()
            if path and path[-1] in LISTS:
                open_elements[-1].remove(element)
                listed += 1
                if listed > MOST_LISTED:
                    raise FeedError(_("The feed lists more than %(most)s things.") % {"most": MOST_LISTED})
            elif path and len(open_elements[-1]) > MOST_PARTS:
                raise FeedError(_("An element of the feed has more parts than anything in a catalogue."))
    except ParseError as broken:
        line, column = broken.position
        raise FeedError(
            _("The feed breaks off or is no XML: line %(line)s, column %(column)s.") % {"line": line, "column": column}
        ) from broken
    except DefusedXmlException as hostile:
        raise FeedError(_("The feed declares entities of its own, which a catalogue has no need for.")) from hostile
    except (LookupError, ValueError) as unknown:
        if isinstance(unknown, FeedError):
            raise
        raise FeedError(_("The feed is written in an encoding nobody knows here.")) from unknown


class _Pieces:
    """A file that ends in an error where a tag or a text has no end."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._unended = file, 0

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        end = piece.rfind(b">")
        self._unended = self._unended + len(piece) if end < 0 else len(piece) - end
        if self._unended > LONGEST_PIECE:
            raise FeedError(_("A tag or a text of the feed does not end."))
        return piece


def local(tag: str) -> str:
    return tag.rpartition("}")[2]


def text(element: Element, name: str) -> str:
    """The text of the first child of this name, whatever its namespace."""
    child = next((one for one in element if local(one.tag) == name), None)
    return (child.text or "").strip() if child is not None else ""


def texts(element: Element, name: str) -> list[str]:
    return [(one.text or "").strip() for one in element if local(one.tag) == name]
