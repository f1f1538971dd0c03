from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Customers and facts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crm import id_lookups, language_checks  # noqa: F401  (it registers its check)
        from crm.service import queue
        from crm.story import case_entries, crm_entries
        from crm.story.story import register

        for source in (
            crm_entries.orders,
            case_entries.cases,
            case_entries.reopened_cases,
            case_entries.corrected_cases,
            case_entries.letters,
            crm_entries.feedback,
            crm_entries.consents,
            crm_entries.loyalty,
            crm_entries.profile,
            crm_entries.addresses,
        ):
            register(source)
        queue.register(queue.cases)
        id_lookups.register()
