"""What becomes of those under way if they are moved to a new version, step by step, before it is published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.definition.draft_content import nodes_of
from chains.definition.restoring import content_of_version
from chains.definition.step_kinds import step_sentence
from chains.definition.tree import Node, all_nodes, tree_of
from chains.explain.step_differences import named
from chains.models import Chain, ChainVersion, Enrolment
from chains.program import program
from chains.program.program import Program


def moves(chain: Chain, draft: Program) -> list[str]:
    """A sentence for every step that somebody stands at and that the draft no longer has, or waits at otherwise."""
    standing = _standing(chain)
    versions = ChainVersion.objects.in_bulk({version for version, _key in standing})
    programs = program.load(versions)
    new = {node.step.key: node for node in all_nodes(tree_of(chain))}
    told: Counter[tuple[str, str]] = Counter()
    for pk, version in versions.items():
        for node in all_nodes(nodes_of(content_of_version(version), chain)):
            count = standing[pk, node.step.key]
            if count and (words := _becomes(programs[pk], draft, node, new)):
                told[named(node), words] += count
    return [_sentence(count, step, words) for (step, words), count in told.items()]


def _standing(chain: Chain) -> Counter[tuple[int, str]]:
    """How many are at each step of each version."""
    counted = Enrolment.objects.active().filter(chain=chain).order_by()
    rows = counted.values_list("version_id", "step_key").annotate(count=Count("pk"))
    return Counter({(version, key): count for version, key, count in rows})


def _becomes(before: Program, draft: Program, old: Node, new: Mapping[str, Node]) -> str:
    key = old.step.key
    goes_on_at = before.goes_on_at(key, draft)
    if not goes_on_at:
        return _("the step is gone and nothing comes behind it: the chain is finished")
    if goes_on_at != key:
        return _("the step is gone: on to %(step)s") % {"step": named(new[goes_on_at])}
    was, now = before.step(key), draft.step(key)
    if was and now and was.wait != now.wait:
        return _("now: %(sentence)s, counted from when they came to it") % {"sentence": step_sentence(new[key].step)}
    return ""


def _sentence(count: int, step: str, words: str) -> str:
    people = ngettext("%(count)d customer at %(step)s", "%(count)d customers at %(step)s", count)
    return f"{people % {'count': count, 'step': step}} — {words}."
