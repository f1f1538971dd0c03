from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """A way a message can reach a customer; also the kind of address a contact holds."""

    EMAIL = "email", _("Email")
    SMS = "sms", _("SMS (phone)")
    TELEGRAM = "telegram", _("Telegram")
    PUSH = "push", _("Push")


def default_channel_order() -> list[str]:
    """In the order a shop starts with: the detail first, what costs money for each message last."""
    return [Channel.EMAIL.value, Channel.TELEGRAM.value, Channel.PUSH.value, Channel.SMS.value]


class Purpose(models.TextChoices):
    """What a customer consents to, and what a message is for."""

    SERVICE = "service", _("Service")
    MARKETING = "marketing", _("Marketing")
