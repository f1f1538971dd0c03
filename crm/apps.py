from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Customers and facts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crm import id_lookups, language_checks  # noqa: F401  (it registers its check)
        from crm.customers import merge
        from crm.intake.files.kept_uploads import UPLOADS
        from crm.loyalty import tiers
        from crm.models import EventKind
        from crm.privacy import kept
        from crm.privacy.kept_facts import KEPT
        from crm.privacy.staff_log import STAFF_LOG
        from crm.referrals import asking
        from crm.referrals.erasing import KEPT as KEPT_OF_REFERRALS
        from crm.referrals.merging import follow
        from crm.service import queue, queue_cases, queue_tasks, tier_tasks
        from crm.story import case_entries, crm_entries, referral_entries
        from crm.story.customer_links import CustomerLink
        from crm.story.customer_links import register as link
        from crm.story.story import register

        for source in (
            crm_entries.orders,
            case_entries.cases,
            case_entries.letters,
            crm_entries.feedback,
            crm_entries.reviews,
            crm_entries.consents,
            crm_entries.staff_tasks,
        ):
            register(source)
        register(case_entries.reopened_cases, EventKind.CASE_REOPENED)
        register(case_entries.corrected_cases, EventKind.CASE_ESCALATED, EventKind.CASE_CORRECTED)
        register(crm_entries.loyalty, *crm_entries.LOYALTY_TOLD)
        register(crm_entries.profile, *crm_entries.PROFILE_TOLD)
        register(crm_entries.addresses, EventKind.ADDRESS_CHANGED)
        register(referral_entries.referrals, *referral_entries.TOLD)
        queue.register(queue_cases.CASES)
        queue.register(queue_cases.MENTIONS)
        queue.register(queue_tasks.TASKS)
        tiers.open_tasks_by(tier_tasks.open_for)
        link(CustomerLink(_("Recommendations"), "campaign", "admin:crm_referral_customer", "crm.view_referral"))
        # The log goes first: it is found by rows that go afterwards.
        kept.register(STAFF_LOG, UPLOADS, *KEPT, *KEPT_OF_REFERRALS)
        merge.register(follow)
        asking.register(asking.asked_by_colleagues)
        id_lookups.register()
