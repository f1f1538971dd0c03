from django.urls import path, re_path

from chains.channels.email import webhooks
from chains.channels.push import page
from chains.channels.sms import twilio_receipts
from chains.channels.telegram import receiver

app_name = "channels"
urlpatterns = [
    path("m/t/<str:token>/", page.telegram, name="telegram"),
    path("m/n/<str:token>/", page.push, name="push"),
    path("push-worker.js", page.worker, name="push_worker"),
    path("hooks/telegram/", receiver.webhook, name="telegram_webhook"),
    path("hooks/sms/twilio/<str:token>/", twilio_receipts.status, name="twilio"),
    # Mandrill tells everything at one address.
    path("hooks/mail/<slug:provider>/", webhooks.webhook, {"what": ""}, name="provider"),
    re_path(
        r"^hooks/mail/(?P<provider>[a-z-]+)/(?P<what>tracking|inbound|inbound_mime)/$",
        webhooks.webhook,
        name="provider_part",
    ),
]
