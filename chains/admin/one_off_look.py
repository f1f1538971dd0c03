"""A one-off message before it is sent: how many it is for, how one of them gets it, and what a trial of it can tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import formats
from django.utils.translation import ngettext

from chains.admin.one_off_form import OneOffForm
from chains.admin.one_off_trial_form import texts_of_b, what_can_be_told
from chains.admin.preview import text_previews
from chains.definition.change_kinds import compiled_change
from chains.definition.one_off import readers
from chains.definition.one_off_trial import Trial
from chains.messages.written import WrittenText
from chains.models import Step
from chains.program.step import ProgramChange
from crm.models import Channel, Customer, Shop
from segments.compile import compile_rule
from segments.rules import RuleError


@dataclass(frozen=True, slots=True)
class OneOff:
    """What the forms of the page come to; `coupon` says of a step that issues one what it does."""

    form: OneOffForm
    texts: Sequence[WrittenText]
    channels: Sequence[str]
    coupon: Mapping[str, Any] | None
    trial: Trial | None

    @property
    def coupon_change(self) -> ProgramChange | None:
        return ProgramChange(**compiled_change(Step(**self.coupon))) if self.coupon else None


def look(message: OneOff, now: dt.datetime, *, may_see_customers: bool) -> dict[str, Any]:
    form, trial = message.form, message.trial
    try:
        members = Customer.objects.current().filter(compile_rule(form.cleaned_data["segment"].rule, now))
        total = members.count()
    except RuleError as error:
        form.add_error("segment", str(error))
        return {}
    sample = members.order_by("pk").first() if may_see_customers else None
    about: Any = (sample, now, Shop.load(), message.coupon_change)
    return {
        "total": total,
        "reached": [
            (Channel(one).label, members.reachable(one, form.purpose_of_message).count()) for one in message.channels
        ],
        "unwritten": languages_unwritten(members, message.texts),
        "sample": sample,
        "sheets": text_previews(message.texts, *about),
        "sheets_of_b": text_previews(texts_of_b(message.texts, trial), *about) if trial else [],
        "trial_words": what_can_be_told(total, trial) if trial else "",
        "button": ngettext("Send to %(total)s customer", "Send to %(total)s customers", total)
        % {"total": formats.number_format(total, force_grouping=True)},
    }


def languages_unwritten(members: QuerySet[Customer], texts: Sequence[WrittenText]) -> list[str]:
    """Those that some of them read and no text speaks, with how many get another one instead."""
    names, written = dict(settings.LANGUAGES), {text.language for text in texts}
    instead = names[settings.LANGUAGE_CODE]
    return [
        ngettext(
            "%(count)s of them reads %(language)s, in which nothing is written: they get it in %(instead)s.",
            "%(count)s of them read %(language)s, in which nothing is written: they get it in %(instead)s.",
            count,
        )
        % {"count": formats.number_format(count, force_grouping=True), "language": names[code], "instead": instead}
        for code, count in readers(members).most_common()
        if code not in written
    ]
