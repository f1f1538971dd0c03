from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = _("Encore")

    def ready(self) -> None:
        from config.refusals import database_answers

        checks.register(database_answers)
