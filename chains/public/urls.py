from django.urls import include, path

from chains.public import case, job, pages, pictures, preferences, question, referral_kit, review, sign_up, tracking

app_name = "chains"
urlpatterns = [
    path("look.css", pages.look, name="look"),
    path("o/<str:token>/", tracking.open_pixel, name="open"),
    path("c/<str:token>/<int:index>/", tracking.click, name="click"),
    path("u/<str:token>/", preferences.unsubscribe_view, name="unsubscribe"),
    path("p/<str:token>/", preferences.preferences_view, name="preferences"),
    path("r/<str:token>/", question.rating_view, name="rate"),
    path("k/<str:token>/", referral_kit.kit_view, name="kit"),
    path("q/<str:token>/<str:key>/", question.question_view, name="question"),
    path("case/<str:token>/", case.case_page, name="case"),
    path("review/<str:token>/", review.review_view, name="review"),
    path("review/<str:token>/photo/<int:photo_id>/", review.photo_view, name="review-photo"),
    path("pictures/<str:name>", pictures.picture_view, name="picture"),
    path("j/<str:token>/", job.job_page, name="job"),
    path("j/<str:token>/<int:picture_id>/", job.picture_page, name="job_picture"),
    path("f/<str:key>/", sign_up.form_view, name="sign-up"),
    path("f/<str:key>/sent/", sign_up.sent_view, name="sign-up-sent"),
    path("my/", include("chains.public.my.urls")),
    path("y/<str:token>/", sign_up.confirm_view, name="confirm"),
]
