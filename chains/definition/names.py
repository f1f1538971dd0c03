"""Names that nothing has yet."""

from __future__ import annotations

from itertools import count

from chains.models import Chain, MessageTemplate

# Of the 200 letters of a name, so that a copy has room to say that it is one.
NAME_KEPT = 170


def free_name(model: type[Chain | MessageTemplate], wanted: str) -> str:
    """The name, or the name with a number behind it when something has it already."""
    taken = set(model._default_manager.filter(name__startswith=wanted).values_list("name", flat=True))
    return wanted if wanted not in taken else next(new for n in count(2) if (new := f"{wanted} {n}") not in taken)
