from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SegmentsConfig(AppConfig):
    name = "segments"
    verbose_name = _("Segments")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crm.privacy import kept
        from segments.privacy import MEMBERSHIPS
        from segments.vocabulary import membership, registry

        kept.register(MEMBERSHIPS)
        registry.register(*membership.FIELDS)
