"""The versions of a chain, to be read, compared and brought back."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext as _

from chains.admin.chain_page import written_draft, written_version
from chains.admin.numbers import number_in
from chains.admin.picture import Numbers, drawn
from chains.definition.draft_content import chain_of, nodes_of
from chains.definition.publishing import compiled_entry
from chains.explain.entry_sentences import ending_sentence, entry_sentence
from chains.explain.version_differences import Written, differences
from chains.models import Chain, ChainVersion, Enrolment
from chains.program.program import parse

DRAFT = "draft"


def versions_context(request: HttpRequest, chain: Chain, *, may_change: bool) -> dict[str, Any]:
    versions = list(chain.versions.select_related("published_by", "moves_to", "chain"))
    written = {version.number: written_version(version) for version in versions}
    return {
        "versions": _rows(chain, versions, written),
        "may_change": may_change,
        **_compared(request, chain, written),
        **_read(request, chain, written),
    }


def under_way_by_version(chain: Chain) -> dict[int, int]:
    """How many are under way in each version, by its number."""
    rows = Enrolment.objects.active().filter(chain=chain).order_by()
    return dict(rows.values_list("version__number").annotate(Count("pk")))


def _rows(chain: Chain, versions: list[ChainVersion], written: dict[int, Written]) -> list[dict[str, Any]]:
    here = under_way_by_version(chain)
    older: list[ChainVersion | None] = [*versions[1:], None]
    return [
        {
            "version": version,
            "under_way": here.get(version.number, 0),
            "differences": differences(chain, written[before.number] if before else None, written[version.number]),
        }
        for version, before in zip(versions, older, strict=True)
    ]


def _compared(request: HttpRequest, chain: Chain, written: dict[int, Written]) -> dict[str, Any]:
    """The two that the reader chose, the older one first; the draft is no number."""
    before, after = (number_in(request.GET, name) for name in ("before", "after"))
    if before not in written or ("after" not in request.GET):
        return {}
    later = written.get(after) or written_draft(chain)
    name = _("Version %(number)d") % {"number": after} if after in written else _("the draft")
    found = differences(chain, written[before], later)
    return {"before": before, "after": after if after in written else DRAFT, "after_name": name, "compared": found}


def _read(request: HttpRequest, chain: Chain, written: dict[int, Written]) -> dict[str, Any]:
    number = number_in(request.GET, "read")
    if number not in written:
        return {}
    content = written[number].content
    program = parse(0, chain.pk, compiled_entry(chain_of(content, chain)))
    return {
        "read": number,
        "entry_words": entry_sentence(program),
        "ending_words": ending_sentence(program),
        "steps": drawn(nodes_of(content, chain), Numbers()),
    }
