from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Customers and facts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crm import id_lookups, language_checks  # noqa: F401  (it registers its check)
        from crm.intake.files.kept_uploads import UPLOADS
        from crm.models import EventKind
        from crm.privacy import kept
        from crm.privacy.kept_facts import KEPT
        from crm.privacy.staff_log import STAFF_LOG
        from crm.service import queue
        from crm.story import case_entries, crm_entries
        from crm.story.story import register

        for source in (
            crm_entries.orders,
            case_entries.cases,
            case_entries.letters,
            crm_entries.feedback,
            crm_entries.consents,
            crm_entries.staff_tasks,
        ):
            register(source)
        register(case_entries.reopened_cases, EventKind.CASE_REOPENED)
        register(case_entries.corrected_cases, EventKind.CASE_ESCALATED, EventKind.CASE_CORRECTED)
        register(crm_entries.loyalty, EventKind.COUPON_REFUSED)
        register(crm_entries.profile, EventKind.MOOD_NOTED, EventKind.CUSTOMER_MERGED)
        register(crm_entries.addresses, EventKind.ADDRESS_CHANGED)
        queue.register(queue.cases)
        # The log goes first: it is found by rows that go afterwards.
        kept.register(STAFF_LOG, UPLOADS, *KEPT)
        id_lookups.register()
