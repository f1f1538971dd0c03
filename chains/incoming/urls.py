from django.urls import path, re_path

from chains.incoming import twilio, webhooks

app_name = "incoming"
urlpatterns = [
    path("sms/twilio/<str:token>/", twilio.status, name="twilio"),
    # Mandrill tells everything at one address.
    path("mail/<slug:provider>/", webhooks.webhook, {"what": ""}, name="provider"),
    re_path(
        r"^mail/(?P<provider>[a-z-]+)/(?P<what>tracking|inbound|inbound_mime)/$", webhooks.webhook, name="provider_part"
    ),
]
