from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Customers and facts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crm import chronicle, lookups
        from crm.story import register

        for source in (
            chronicle.orders,
            chronicle.cases,
            chronicle.letters,
            chronicle.feedback,
            chronicle.consents,
            chronicle.loyalty,
            chronicle.profile,
        ):
            register(source)
        lookups.register()
