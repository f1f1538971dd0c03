from __future__ import annotations

import hashlib
from typing import Any, Self
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from py_vapid import Vapid

from crm.models import Channel, Contact


class PushKey(models.Model):
    """The shop's key for web push, made on first use.

    In the database, not beside it: every worker on every host signs with it, browsers refuse any other for as long as
    they are subscribed, and a backup that lacked it would lose them all.
    """

    private_key = models.TextField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("key for push")
        verbose_name_plural = _("keys for push")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="push_key_is_one")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def load(cls) -> PushKey:
        def made() -> str:
            key = Vapid()
            key.generate_keys()
            return str(key.private_pem().decode())

        return cls.objects.get_or_create(pk=1, defaults={"private_key": made})[0]


class PushSubscriptionQuerySet(models.QuerySet["PushSubscription"]):
    def orphaned(self) -> Self:
        """Of browsers that no customer has as a contact any more."""
        return self.exclude(Exists(Contact.objects.filter(channel=Channel.PUSH, address=OuterRef("pk"))))

    def elsewhere(self, origin: str) -> Self:
        """Of browsers that another service than this one wakes."""
        return self.exclude(endpoint__startswith=f"{origin}/")


class PushSubscription(models.Model):
    """One browser. Its `key` is the contact's address: what a push service gives is too long for one."""

    key = models.CharField(max_length=64, primary_key=True, editable=False)
    endpoint = models.TextField()
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=50)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PushSubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("push subscription")
        verbose_name_plural = _("push subscriptions")

    def __str__(self) -> str:
        return self.origin

    @staticmethod
    def key_of(endpoint: str) -> str:
        return hashlib.sha256(endpoint.encode()).hexdigest()

    @property
    def origin(self) -> str:
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def info(self) -> dict[str, Any]:
        """As a browser tells it."""
        return {"endpoint": self.endpoint, "keys": {"p256dh": self.p256dh, "auth": self.auth}}
