"""Chains that need a decision, or are not doing what they were built for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chains.models import Chain, ChannelState, Experiment, Reputation
from chains.stats.light import lights
from config.today.line import Line, Part, counted
from crm.models import Shop
from crm.quoting import quoted

SHOWN = 5


def marketing(now: dt.datetime) -> Part:
    running = list(Chain.objects.running())
    in_trouble = list(_in_trouble(running, now))
    lines = [*_channels(), *in_trouble[:SHOWN], *_rest(len(in_trouble) - SHOWN), *_surges(), *_counts(running)]
    return Part(gettext_lazy("Chains"), lines)


def _channels() -> Iterator[Line]:
    channels = reverse("admin:chains_channelstate_changelist")
    for state in ChannelState.objects.down():
        words = _("%(channel)s does not work: its messages wait") % {"channel": state}
        yield Line(words, channels, is_urgent=True)
    if Reputation.stopped_channels():
        yield Line(
            _("Marketing letters are stopped for spam reports"),
            reverse("admin:chains_chain_changelist"),
            is_urgent=True,
        )


def _in_trouble(running: list[Chain], now: dt.datetime) -> Iterator[Line]:
    found = lights(running, Shop.load(), now)
    for chain in running:
        light = found[chain.pk]
        if light.is_red:
            yield Line(f"{quoted(str(chain))}: {'; '.join(light.reasons)}", _page(chain), is_urgent=True)
        if light.standstill:
            yield Line(f"{quoted(str(chain))}: {light.standstill_words}", _page(chain), is_urgent=True)


def _rest(count: int) -> Iterator[Line]:
    if count > 0:
        words = ngettext("and %(count)d more chain like these", "and %(count)d more chains like these", count)
        yield Line(words % {"count": count}, reverse("admin:chains_chain_changelist"))


def _surges() -> Iterator[Line]:
    surged = Chain.objects.filter(surged_at__isnull=False).annotate(waiting=Count("entrants"))
    for pk, name, waiting in surged.values_list("pk", "name", "waiting"):
        words = ngettext(
            "“%(chain)s”: %(count)d customer waits until you decide",
            "“%(chain)s”: %(count)d customers wait until you decide",
            waiting,
        )
        page = reverse("admin:chains_chain_change", args=[pk])
        yield Line(words % {"chain": name, "count": waiting}, page, is_urgent=True)


def _counts(running: list[Chain]) -> Iterator[Line]:
    is_newer = Q(version=None) | Q(draft_state__at__gt=F("version__published_at"))
    counts = counted(
        drafts=Chain.objects.exclude(status=Chain.Status.ARCHIVED).filter(is_newer, draft_state__isnull=False),
        tests=Experiment.objects.filter(status=Experiment.Status.DONE, adopted=""),
    )
    chains = reverse("admin:chains_chain_changelist")
    paused = sum(not chain.is_live for chain in running)
    if paused:
        words = ngettext("%(count)d chain is paused", "%(count)d chains are paused", paused)
        yield Line(words % {"count": paused}, f"{chains}?status__exact={Chain.Status.PAUSED}")
    if counts["drafts"]:
        words = ngettext(
            "%(count)d chain was changed and is not published yet",
            "%(count)d chains were changed and are not published yet",
            counts["drafts"],
        )
        yield Line(words % {"count": counts["drafts"]}, chains)
    if counts["tests"]:
        words = ngettext(
            "%(count)d A/B test has ended: decide what stays",
            "%(count)d A/B tests have ended: decide what stays",
            counts["tests"],
        )
        yield Line(words % {"count": counts["tests"]}, reverse("admin:chains_experiment_changelist"))


def _page(chain: Chain) -> str:
    return reverse("admin:chains_chain_change", args=[chain.pk])
