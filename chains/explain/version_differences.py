"""What differs between two versions of a chain, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chains.explain.entry_sentences import ending_sentence, entry_sentence
from chains.models import Step
from chains.program.program import parse

# Parts of a step that have a name of their own; all others are its settings.
PART_NAMES = {
    "texts": gettext_lazy("the words"),
    "wait": gettext_lazy("the waiting"),
    "name": gettext_lazy("the name"),
    "purpose": gettext_lazy("service or marketing"),
    "script": gettext_lazy("the script"),
    "variants": gettext_lazy("the experiment"),
    "experiment": gettext_lazy("the experiment"),
    "arms": gettext_lazy("the arms"),
}


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """One sentence a difference; a first version has none."""
    if before is None:
        return []
    return [*_settings(before, after), *_steps(before, after)]


def _settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
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
            yield _("New step: %(step)s.") % {"step": _name(step)}
        elif changed := [name for name in step if _part(step, name) != _part(old[key], name)]:
            parts = sorted({str(PART_NAMES.get(name, _("the settings"))) for name in changed})
            yield _("Step %(step)s: changed %(parts)s.") % {"step": _name(step), "parts": ", ".join(parts)}
    for key, step in old.items():
        if key not in new:
            yield _("Removed step: %(step)s.") % {"step": _name(step)}
    if [key for key in new if key in old] != [key for key in old if key in new]:
        yield _("The order of the steps was changed.")


def _part(step: Mapping[str, Any], name: str) -> Any:
    """A part of the step itself: its arms without the steps in them, which have sentences of their own."""
    if name != "arms":
        return step.get(name)
    return [{part: arm[part] for part in arm if part != "steps"} for arm in step.get("arms", ())]


def _flat(steps: list[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step of the tree by its key, in the order of reading."""
    for step in steps:
        yield step["key"], step
        for arm in step.get("arms", ()):
            yield from _flat(arm["steps"])


def _name(step: Mapping[str, Any]) -> str:
    kind = str(Step.Kind(step["kind"]).label)
    return f"“{step['name']}”" if step.get("name") else kind
