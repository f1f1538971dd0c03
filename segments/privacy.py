"""What segments add to the document handed to a person who asks what is known about them."""

from __future__ import annotations

from crm.privacy.kept import Kept, Rows
from crm.privacy.person import Person
from segments.models import Membership
from segments.models.membership import MembershipQuerySet


def _stays(person: Person) -> MembershipQuerySet:
    return Membership.objects.of(person.ids).order_by("entered_at", "pk")


def _told(found: MembershipQuerySet) -> Rows:
    stays = found.values_list("segment__name", "entered_at", "left_at")
    return [{"name": name, "entered_at": entered_at, "left_at": left_at} for name, entered_at, left_at in stays]


# The refresh ends them; the sizes of the past rest on them, and a stay names nobody.
MEMBERSHIPS = Kept("segments", _stays, _told)
