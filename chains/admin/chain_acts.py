"""What may be done to the picture of a chain without a form: one address, a verb and the place it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.admin.chain_page import refused, renewed
from chains.admin.numbers import LONGEST, number_in
from chains.definition import copying, draft_history, editing
from chains.definition.draft_history import ChangedMeanwhile, act
from chains.definition.restoring import content_of_version, restore
from chains.definition.step_kinds import step_sentence
from chains.models import BranchArm, Chain, Step
from crm.quoting import quoted

# What was done, in words, and the id of the card to look at.
Done = tuple[str, str]


def act_view(request: HttpRequest, chain: Chain) -> HttpResponseBase:
    """POST `verb` with what it needs; `seen` is the state of the draft that the page showed."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    verb = VERBS.get(request.POST.get("verb", ""))
    if verb is None:
        return refused(_("Nothing of that name can be done to a chain."))
    try:
        said, focus = verb(request, chain)
    except ChangedMeanwhile as error:
        return overtaken(request, chain, str(error))
    except ValueError as error:
        return refused(str(error))
    return renewed(request, chain, said, focus)


def copy_view(request: HttpRequest, chain: Chain) -> HttpResponseBase:
    """Steps with all that lies in them, for the clipboard of the browser."""
    try:
        steps = _steps(request.GET, chain)
    except ValueError as error:
        return refused(str(error))
    said = _("Copied: %(step)s") % {"step": _names_of(steps)}
    return JsonResponse({"steps": copying.copied(chain, steps), "said": said})


def overtaken(request: HttpRequest, chain: Chain, words: str) -> JsonResponse:
    """What somebody else did is shown; what was typed stays in the panel, to be saved onto it."""
    answer = renewed(request, chain, words)
    answer.status_code = 409
    return answer


def name_of(step: Step) -> str:
    return quoted(step.name) if step.name else step_sentence(step)


def _names_of(steps: Sequence[Step]) -> str:
    if len(steps) == 1:
        return name_of(steps[0])
    return ngettext("%(count)d step", "%(count)d steps", len(steps)) % {"count": len(steps)}


def id_of(step: Step) -> str:
    return f"step-{step.pk}"


def staff(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def seen_in(request: HttpRequest) -> str | None:
    return request.POST.get("seen")


def _move(request: HttpRequest, chain: Chain) -> Done:
    step = _step(request.POST, chain)
    arm, after = place_in(request.POST, chain)
    with act(chain, staff(request), seen_in(request), _("Moved: %(step)s") % {"step": name_of(step)}) as done:
        editing.move(step, arm, after)
    return done.what, id_of(step)


def _remove(request: HttpRequest, chain: Chain) -> Done:
    steps = _steps(request.POST, chain)
    next_card = editing.followers_at(chain, steps[-1].arm, steps[-1])[:1]
    with act(chain, staff(request), seen_in(request), _("Deleted: %(step)s") % {"step": _names_of(steps)}) as done:
        editing.remove(chain, steps)
    return done.what, id_of(next_card[0]) if next_card else ""


def _paste(request: HttpRequest, chain: Chain) -> Done:
    arm, after = place_in(request.POST, chain)
    with act(chain, staff(request), seen_in(request)) as done:
        keys = copying.paste(chain, request.POST.get("steps", ""), arm, after)
        pasted = list(chain.steps.select_related("template", "webhook").filter(key__in=keys))
        done.what = _("Pasted: %(step)s") % {"step": _names_of(pasted)}
    return done.what, id_of(pasted[0])


def _undo(request: HttpRequest, chain: Chain) -> Done:
    return draft_history.undo(chain, staff(request), seen_in(request)), ""


def _redo(request: HttpRequest, chain: Chain) -> Done:
    return draft_history.redo(chain, staff(request), seen_in(request)), ""


def _reset(request: HttpRequest, chain: Chain) -> Done:
    if chain.version is None:
        raise ValueError(_("Nothing was published yet."))
    with act(chain, staff(request), seen_in(request), _("Reset to what is live")) as done:
        restore(chain, content_of_version(chain.version))
    return done.what, ""


def _refresh(request: HttpRequest, chain: Chain) -> Done:
    """Nothing is done: a message of it was written meanwhile."""
    return "", ""


VERBS: dict[str, Callable[[HttpRequest, Chain], Done]] = {
    "move": _move,
    "remove": _remove,
    "paste": _paste,
    "undo": _undo,
    "redo": _redo,
    "reset": _reset,
    "refresh": _refresh,
}


def _step(given: Any, chain: Chain) -> Step:
    steps = Step.objects.select_related("arm", "template", "webhook", "chain")
    return get_object_or_404(steps, pk=number_in(given, "step"), chain=chain)


def _steps(given: Any, chain: Chain) -> list[Step]:
    """Neighbours in their order, as many as were named."""
    numbers = [int(one) for one in given.getlist("step") if one.isascii() and one.isdecimal() and len(one) <= LONGEST]
    steps = list(Step.objects.select_related("arm", "template", "webhook").filter(chain=chain, pk__in=numbers))
    if not steps:
        raise Http404
    if len({step.arm_id for step in steps}) > 1:
        raise ValueError(_("Choose steps of one arm."))
    return steps


def place_in(given: Any, chain: Chain) -> tuple[BranchArm | None, Step | None]:
    """The arm, and the step in it behind which something is put; no step is the beginning of the arm."""
    arm_id, after_id = number_in(given, "arm"), number_in(given, "after")
    arm = get_object_or_404(BranchArm, pk=arm_id, step__chain=chain) if arm_id else None
    after = get_object_or_404(Step, pk=after_id, chain=chain, arm=arm) if after_id else None
    return arm, after
