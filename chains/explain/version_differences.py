"""What differs between two versions of a chain, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chains.explain.entry_sentences import ending_sentence, entry_sentence
from chains.models import Step
from chains.program.program import parse

# What of a step is spoken of by a name of its own; anything else is its settings.
SPOKEN = {
    "texts": gettext_lazy("the words"),
    "wait": gettext_lazy("the waiting"),
    "name": gettext_lazy("the name"),
    "purpose": gettext_lazy("service or marketing"),
    "script": gettext_lazy("the script"),
    "arms": gettext_lazy("the arms"),
}


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """One sentence a difference; of a first version none."""
    if before is None:
        return []
    return [*_around(before, after), *_steps(before, after)]


def _around(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    old, new = parse(0, 0, dict(before)), parse(0, 0, dict(after))
    for sentence in (entry_sentence, ending_sentence):
        was, now = sentence(old), sentence(new)
        if was != now:
            yield _("%(now)s Before: %(was)s") % {"now": now, "was": was}
    if old.priority != new.priority:
        yield _("Priority %(now)d, before %(was)d.") % {"now": new.priority, "was": old.priority}
    if old.control_share != new.control_share:
        yield _("Control group of %(now)d %%, before %(was)d %%.") % {
            "now": new.control_share,
            "was": old.control_share,
        }


def _steps(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    old, new = (dict(_flat(version["steps"])) for version in (before, after))
    for key, step in new.items():
        if key not in old:
            yield _("New step: %(step)s.") % {"step": _called(step)}
        elif changed := [name for name in step if _own(step, name) != _own(old[key], name)]:
            parts = sorted({str(SPOKEN.get(name, _("the settings"))) for name in changed})
            yield _("Step %(step)s: changed %(parts)s.") % {"step": _called(step), "parts": ", ".join(parts)}
    for key, step in old.items():
        if key not in new:
            yield _("Removed step: %(step)s.") % {"step": _called(step)}
    if [key for key in new if key in old] != [key for key in old if key in new]:
        yield _("The order of the steps was changed.")


def _own(step: Mapping[str, Any], name: str) -> Any:
    """A part of the step itself: of its arms all but the steps in them, which are told of by themselves."""
    if name != "arms":
        return step.get(name)
    return [{part: arm[part] for part in arm if part != "steps"} for arm in step.get("arms", ())]


def _flat(steps: list[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step of the tree by its key, in the order of reading."""
    for step in steps:
        yield step["key"], step
        for arm in step.get("arms", ()):
            yield from _flat(arm["steps"])


def _called(step: Mapping[str, Any]) -> str:
    kind = str(Step.Kind(step["kind"]).label)
    return f"“{step['name']}”" if step.get("name") else kind
