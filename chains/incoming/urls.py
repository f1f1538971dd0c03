from django.urls import path, re_path

from chains.incoming import webhooks

app_name = "incoming"
urlpatterns = [
    # Mandrill tells everything at one address.
    path("<slug:provider>/", webhooks.webhook, {"what": ""}, name="provider"),
    re_path(
        r"^(?P<provider>[a-z-]+)/(?P<what>tracking|inbound|inbound_mime)/$", webhooks.webhook, name="provider_part"
    ),
]
