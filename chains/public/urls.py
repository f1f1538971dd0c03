from django.urls import path

from chains.public import pages, preferences, rating, tracking

app_name = "chains"
urlpatterns = [
    path("look.css", pages.look, name="look"),
    path("o/<str:token>/", tracking.open_pixel, name="open"),
    path("c/<str:token>/<int:index>/", tracking.click, name="click"),
    path("u/<str:token>/", preferences.unsubscribe_view, name="unsubscribe"),
    path("p/<str:token>/", preferences.preferences_view, name="preferences"),
    path("r/<str:token>/", rating.rating_view, name="rate"),
]
