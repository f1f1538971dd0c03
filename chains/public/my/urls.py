from django.urls import path

from chains.public.my import data, entering, letters, order_acts, pages, questions, recommending, subscription_acts

urlpatterns = [
    path("", pages.home_view, name="my"),
    path("in/<str:token>/", entering.enter_view, name="my-enter"),
    path("in/<str:token>/order/", entering.enter_order_view, name="my-enter-order"),
    path("in/<str:token>/fresh/", entering.fresh_view, name="my-fresh"),
    path("link/", entering.link_view, name="my-link"),
    path("link/sent/", entering.link_sent_view, name="my-link-sent"),
    path("leave/", entering.leave_view, name="my-leave"),
    path("orders/", pages.orders_view, name="my-orders"),
    path("orders/<int:order_id>/", pages.order_view, name="my-order"),
    path("orders/<int:order_id>/again/", order_acts.repeat_view, name="my-repeat"),
    path("orders/<int:order_id>/late/", order_acts.late_view, name="my-late"),
    path("orders/<int:order_id>/register/", order_acts.register_view, name="my-register"),
    path("registrations/<int:registration_id>/remove/", order_acts.unregister_view, name="my-unregister"),
    path("subscriptions/", subscription_acts.subscribe_view, name="my-subscribe"),
    path("subscriptions/<int:subscription_id>/<slug:name>/", subscription_acts.act_view, name="my-subscription"),
    path("questions/", questions.ask_view, name="my-ask"),
    path("questions/<int:case_id>/", questions.question_view, name="my-question"),
    path("recommending/", recommending.begin_view, name="my-recommend"),
    path("letters/", letters.letters_view, name="my-letters"),
    path("data/", data.data_view, name="my-data"),
    path("data/code/", data.code_view, name="my-code"),
    path("data/proof/", data.prove_view, name="my-prove"),
    path("data/copy/", data.copy_view, name="my-copy"),
    path("data/erasure/", data.erase_view, name="my-erase"),
    path("data/details/", data.details_view, name="my-details"),
]
