"""Every act on a draft is kept as a state of it, so that it can be undone, also tomorrow and by a colleague."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from chains.definition.draft_content import content_of
from chains.definition.restoring import restore
from chains.models import Chain, ChainDraftState

MOST_STATES = 200
LONGEST_WORDS = 300


class ChangedMeanwhile(ValueError):
    """Somebody else's act is newer than what the marketer saw."""


@dataclass
class Act:
    what: str = ""


@contextmanager
def act(chain: Chain, by: User, seen: str | None = None, what: str = "") -> Iterator[Act]:
    """What is changed within becomes one state. `seen` is the state that was shown; ChangedMeanwhile when it is older.

    An act that changed nothing leaves no state.
    """
    with transaction.atomic():
        _lock(chain, seen)
        before = content_of(chain)
        done = Act(what)
        yield done
        _record(chain, before, done.what, by)


def undo(chain: Chain, by: User, seen: str | None = None) -> str:
    """Take back the last act; ValueError when there is none. Says what was taken back."""
    with transaction.atomic():
        now = _current(_lock(chain, seen), by)
        earlier = ChainDraftState.objects.before(now).first() if now else None
        if now is None or earlier is None:
            raise ValueError(_("There is nothing to undo."))
        _go_to(chain, earlier)
    return _("Undone: %(what)s") % {"what": now.what}


def redo(chain: Chain, by: User, seen: str | None = None) -> str:
    """Do again what was taken back last; ValueError when there is nothing."""
    with transaction.atomic():
        now = _current(_lock(chain, seen), by)
        later = ChainDraftState.objects.after(now).first() if now else None
        if later is None:
            raise ValueError(_("There is nothing to do again."))
        _go_to(chain, later)
    return _("Done again: %(what)s") % {"what": later.what}


def undoable(chain: Chain) -> tuple[str | None, str | None]:
    """In words what undo would take back and what redo would do again; None where there is nothing."""
    now = chain.draft_state
    if now is None:
        return None, None
    later = ChainDraftState.objects.after(now).defer("content").first()
    has_earlier = ChainDraftState.objects.before(now).exists()
    return now.what if has_earlier else None, later.what if later else None


def _lock(chain: Chain, seen: str | None) -> Chain:
    """The row itself: two marketers must not number the same steps, nor write the same state."""
    fresh = Chain.objects.select_for_update(of=("self",), no_key=True).get(pk=chain.pk)
    if seen is not None and seen != str(fresh.draft_state_id or ""):
        raise ChangedMeanwhile(_told(fresh.draft_state))
    return fresh


def _told(newest: ChainDraftState | None) -> str:
    words = _("Somebody changed this chain meanwhile. Look at it as it is now, then do it again.")
    if newest is None or newest.by is None:
        return words
    return _("%(who)s changed this chain meanwhile (%(what)s). Look at it as it is now, then do it again.") % {
        "who": newest.by.get_full_name() or newest.by.get_username(),
        "what": newest.what,
    }


def _record(chain: Chain, before: dict[str, Any], what: str, by: User) -> None:
    after = content_of(chain)
    if after == before:
        return
    now = Chain.objects.select_related("draft_state").get(pk=chain.pk).draft_state
    if now is None or now.content != before:
        now = ChainDraftState.objects.create(chain=chain, content=before)
    ChainDraftState.objects.after(now).delete()
    _point_to(chain, ChainDraftState.objects.create(chain=chain, content=after, what=what[:LONGEST_WORDS], by=by))
    kept = chain.draft_states.order_by("-pk").values_list("pk", flat=True)[:MOST_STATES]
    chain.draft_states.exclude(pk__in=list(kept)).delete()


def _current(chain: Chain, by: User) -> ChainDraftState | None:
    """The state that the draft is in; one that came about without an act is kept first, so that it is not lost."""
    state = chain.draft_state
    if state is None or (content := content_of(chain)) == state.content:
        return state
    ChainDraftState.objects.after(state).delete()
    found = ChainDraftState.objects.create(chain=chain, content=content, what=_("changed elsewhere"), by=by)
    _point_to(chain, found)
    return found


def _go_to(chain: Chain, state: ChainDraftState) -> None:
    restore(chain, state.content)
    _point_to(chain, state)


def _point_to(chain: Chain, state: ChainDraftState) -> None:
    Chain.objects.filter(pk=chain.pk).update(draft_state=state)
    chain.draft_state = state
