from django.urls import path

from chains.public import preferences, rating, tracking

app_name = "chains"
urlpatterns = [
    path("o/<str:token>/", tracking.open_pixel, name="open"),
    path("c/<str:token>/<int:index>/", tracking.click, name="click"),
    path("u/<str:token>/", preferences.unsubscribe, name="unsubscribe"),
    path("p/<str:token>/", preferences.preferences, name="preferences"),
    path("r/<str:token>/", rating.rate, name="rate"),
]
