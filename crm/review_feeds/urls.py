from django.urls import path

from crm.review_feeds import views

urlpatterns = [
    path("photos/<str:token>.jpg", views.photo_view, name="review_photo"),
    path("photos/small/<str:token>.jpg", views.small_photo_view, name="review_photo_small"),
    path("<str:key>.json", views.json_view, name="reviews_json"),
    path("<str:key>.rss", views.rss_view, name="reviews_rss"),
    path("<str:key>.html", views.html_view, name="reviews_html"),
    path("<str:key>.xml", views.google_view, name="reviews_xml"),
]
