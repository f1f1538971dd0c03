from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChainsConfig(AppConfig):
    name = "chains"
    verbose_name = _("Chains")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chains.channels.registry import CHANNELS
        from chains.contributions import (
            answers,
            asked_to_recommend,
            file_entrants,
            segment_fields,
            segment_uses,
            started_chains,
            story,
            strangers,
            survey_fields,
        )
        from chains.contributions.merging import follow
        from chains.contributions.privacy import KEPT
        from chains.messages import note_form
        from crm.customers import merge
        from crm.intake import test_order
        from crm.intake.files import entrants
        from crm.privacy import kept
        from crm.referrals import asking
        from crm.service import carriers, queue
        from crm.story import customer_links
        from crm.story.story import register
        from segments import uses, watched_tables
        from segments.vocabulary import registry

        merge.register(follow)
        asking.register(asked_to_recommend.asked_by_letters)
        test_order.register(started_chains.names)
        entrants.register(file_entrants.count)
        kept.register(*KEPT)
        register(story.touches)
        queue.register(strangers.STRANGERS)
        customer_links.register(
            customer_links.CustomerLink(
                _("Chains"), "account_tree", "admin:chains_customer_chains", "chains.view_enrolment"
            )
        )
        customer_links.register(
            customer_links.CustomerLink(_("Their page"), "web", "admin:chains_own_page", "crm.view_subscription")
        )
        for carrier in answers.answer_carriers():
            carriers.register(carrier)
        registry.register(*segment_fields.FIELDS, *survey_fields.FIELDS)
        for channel in CHANNELS.values():
            if channel.note_form:
                note_form.register(channel.value, channel.note_form)
        watched_tables.register(segment_fields.WATCHED_TABLE)
        uses.register(segment_uses.needed)
