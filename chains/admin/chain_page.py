"""The one page of a chain, from an empty draft to what became of it, and the piece of it that every act renews."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from chains.admin import health
from chains.admin.additions import ADDITIONS
from chains.admin.chain_form import PARTS, Part
from chains.admin.picture import Numbers, drawn
from chains.admin.results_columns import DAYS, today
from chains.admin.results_form import last_days
from chains.definition import publishing
from chains.definition.checks import problems
from chains.definition.draft_content import content_of
from chains.definition.draft_history import undoable
from chains.definition.restoring import content_of_version
from chains.definition.tree import tree_of
from chains.explain.entry_sentences import ending_sentence, re_entry_sentence, trigger_words
from chains.explain.version_differences import Written, differences, texts_of
from chains.models import Chain, ChainVersion, Step
from chains.program.program import parse
from chains.results.reading import step_results
from chains.stats import service_share
from chains.stats.control_group import control_effect
from chains.stats.entrants import waiting_entrants
from chains.stats.light import lights
from chains.stats.steps import chain_stats, sending
from crm.models import Shop
from segments.describe import sentence_of
from segments.rule_field import RuleWidget

# Sent by the script of the page: what asks for a piece of it is answered with one.
PIECE_HEADER = "X-Encore-Piece"
# How the forms of the admin say that they have saved.
SAVED = 204
STEP_CATEGORY = Step._meta.get_field("coupon_category")


def asks_for_piece(request: HttpRequest) -> bool:
    return PIECE_HEADER in request.headers


def part_of(request: HttpRequest) -> Part:
    """Which of the chain's own settings a panel is about."""
    return PARTS.get(request.GET.get("part", ""), PARTS["about"])


def with_faults(answer: HttpResponse) -> HttpResponse:
    """The form again, with what is wrong at its fields."""
    if isinstance(answer, TemplateResponse):
        answer.render()
    answer.status_code = 400
    return answer


def page_pieces(shown: ModelAdmin[Chain], request: HttpRequest, chain: Chain) -> dict[str, Any]:
    """All of the page: what acts renew, the list behind every plus, and the scripts of the forms in its panel."""
    may_change = shown.has_change_permission(request, chain)
    step_admin = shown.admin_site.get_model_admin(Step)
    media = (
        shown.media + step_admin.media + RuleWidget().media + AutocompleteSelect(STEP_CATEGORY, shown.admin_site).media
    )
    return {
        **page_context(request, chain, may_change=may_change),
        "additions": ADDITIONS,
        "media": media,
        "opts": shown.opts,
        "original": chain,
    }


def page_context(request: HttpRequest, chain: Chain, *, may_change: bool) -> dict[str, Any]:
    """What the page says above the steps, the steps, and what stands in the way of publishing them."""
    now = timezone.now()
    shop, counts, sent = Shop.load(), chain_stats(chain), service_share.of_chain(chain, now)
    results = step_results(chain, last_days(today(), DAYS))
    launch = health.launch_context(request, chain, now)
    draft = parse(0, chain.pk, publishing.compiled_entry(chain))
    undo, redo = undoable(chain)
    return {
        "chain": chain,
        "may_change": may_change,
        **launch,
        "counts": counts,
        "light": lights([chain], shop, now).get(chain.pk),
        "effect": control_effect(chain, now),
        "sending": sending(chain) if chain.version and chain.trigger == Chain.Trigger.MOMENT else None,
        "share": sent,
        "share_goal": shop.useful_share,
        "is_share_low": sent.is_below(shop.useful_share),
        "steps": drawn(tree_of(chain), Numbers(counts.steps, results)),
        "results_days": DAYS if chain.version else 0,
        "starts": trigger_words(draft.trigger),
        "whom": sentence_of(draft.audience),
        "how_often": re_entry_sentence(draft),
        "ending": ending_sentence(draft),
        "door": waiting_entrants(chain),
        "changes": unpublished(chain, shop, may_launch=launch["launch"].may_launch),
        "undo": undo,
        "redo": redo,
    }


def unpublished(chain: Chain, shop: Shop, *, may_launch: bool) -> list[str]:
    """In words, what publishing would change; nothing of a chain that was never live."""
    version = chain.version
    if version is None:
        return []
    draft = publishing.compiled(chain, shop) if may_launch else None
    if draft == version.program:
        return []
    words = differences(chain, written_version(version), _written(chain, draft))
    # A draft that differs has to be offered for publishing, whatever it is.
    return words or ([] if draft is None else [_("An experiment, or topics and tags of its templates, were changed.")])


def _written(chain: Chain, program: dict[str, Any] | None) -> Written:
    """A draft that cannot be published yet has no letters to compare."""
    return Written(content_of(chain), texts_of(program) if program else None)


def written_draft(chain: Chain) -> Written:
    shop = Shop.load()
    return _written(chain, None if problems(chain, shop) else publishing.compiled(chain, shop))


def written_version(version: ChainVersion) -> Written:
    return Written(content_of_version(version), texts_of(version.program))


def renewed(request: HttpRequest, chain: Chain, said: str, focus: str = "") -> JsonResponse:
    """The answer to an act: what was done, in words, and the page as it is now; `focus` is the id of a card."""
    fresh = Chain.objects.select_related("version", "trigger_segment", "draft_state").get(pk=chain.pk)
    html = render_to_string("chains/admin/chain_body.html", page_context(request, fresh, may_change=True), request)
    return JsonResponse({"said": said, "focus": focus, "html": html})


def refused(words: str, status: int = 400) -> JsonResponse:
    return JsonResponse({"problem": words}, status=status)
