from django.urls import path

from chains.public import choices, connect, rating, tracking

app_name = "chains"
urlpatterns = [
    path("o/<str:token>/", tracking.open_pixel, name="open"),
    path("c/<str:token>/<int:index>/", tracking.click, name="click"),
    path("u/<str:token>/", choices.unsubscribe, name="unsubscribe"),
    path("p/<str:token>/", choices.preferences, name="preferences"),
    path("t/<str:token>/", connect.telegram, name="telegram"),
    path("n/<str:token>/", connect.push, name="push"),
    path("r/<str:token>/", rating.rate, name="rate"),
]
