from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SegmentsConfig(AppConfig):
    name = "segments"
    verbose_name = _("Segments")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crm.loyalty import audience
        from crm.privacy import kept
        from segments.audiences import among
        from segments.privacy import MEMBERSHIPS
        from segments.vocabulary import membership, registry

        kept.register(MEMBERSHIPS)
        audience.register(among)
        registry.register(*membership.FIELDS)
