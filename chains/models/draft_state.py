from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chains.models.chain import Chain


class DraftStateQuerySet(models.QuerySet["ChainDraftState"]):
    def before(self, state: ChainDraftState) -> Self:
        return self.filter(chain=state.chain_id, pk__lt=state.pk).order_by("-pk")

    def after(self, state: ChainDraftState) -> Self:
        return self.filter(chain=state.chain_id, pk__gt=state.pk).order_by("pk")


class ChainDraftState(models.Model):
    """How a draft stood after one act of a marketer; `Chain.draft_state` says which of them it is now."""

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="draft_states", verbose_name=_("chain"))
    content = models.JSONField(_("content"), help_text="See chains.definition.draft_content.")
    what = models.CharField(_("what was done"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = DraftStateQuerySet.as_manager()

    class Meta:
        verbose_name = _("state of a draft")
        verbose_name_plural = _("states of drafts")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.what
