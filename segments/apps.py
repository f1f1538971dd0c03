from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SegmentsConfig(AppConfig):
    name = "segments"
    verbose_name = _("Segments")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crm.privacy import export
        from segments.privacy import memberships
        from segments.vocabulary import membership, registry

        export.register(memberships)
        registry.register(*membership.FIELDS)
