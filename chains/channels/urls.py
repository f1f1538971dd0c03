from chains.channels.registry import CHANNELS

app_name = "channels"
urlpatterns = [pattern for channel in CHANNELS.values() for pattern in channel.urls]
