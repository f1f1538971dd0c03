from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

FOLDER = "letter_pictures"


class LetterPicture(models.Model):
    """A picture for letters. Its file keeps its name and is never replaced: letters are opened for years."""

    file = models.FileField(_("file"), upload_to=FOLDER, max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200, help_text=_("Of the file that was uploaded."))
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    bytes = models.PositiveIntegerField(_("bytes"))
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("uploaded by"),
    )

    class Meta:
        verbose_name = _("picture for letters")
        verbose_name_plural = _("pictures for letters")
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """The whole address: letters are read far from here."""
        name = str(self.file.name).rpartition("/")[2]
        return f"{settings.SITE_URL.rstrip('/')}{reverse('chains:picture', args=[name])}"
