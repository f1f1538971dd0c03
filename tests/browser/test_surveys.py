"""From the form of a survey over one press in a message to the case of a low answer and the page of results."""

import pytest
from playwright.sync_api import expect

from crm.models import Case, Feedback, Survey
from tests.browser.conftest import NARROW, PERSON, fits
from tests.chains.survey_letters import KEY, make_surveyed_touch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "en": {
        "send": "Send",
        "thanks": "Thank you for saying it plainly",
        "wrong": "What should we do better?",
        "few": "too few to tell",
    },
    "ru": {
        "send": "Отправить",
        "thanks": "Спасибо, что сказали прямо",
        "wrong": "Что нам сделать лучше?",
        "few": "слишком мало, чтобы судить",
    },
}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_survey_is_built_asked_by_one_press_and_read(chromium, page, live_server, sign_in, shop, language):
    words = WORDS[language]
    sign_in("Marketing")
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])

    page.goto(f"{live_server.url}/admin/crm/survey/add/")
    page.fill("#id_name", "NPS")
    page.fill("#id_questions-0-question_en", "Would you recommend us?")
    page.fill("#id_questions-0-question_ru", "Порекомендуете нас?")
    expect(page.frame_locator("iframe").last.get_by_text("Порекомендуете нас?")).to_be_visible()
    page.locator(".add-row").click()
    page.select_option("#id_questions-1-kind", "text")
    page.select_option("#id_questions-1-asked_if", "at_most")
    page.fill("#id_questions-1-asked_if_score", "6")
    page.fill("#id_questions-1-question_en", WORDS["en"]["wrong"])
    page.fill("#id_questions-1-question_ru", WORDS["ru"]["wrong"])
    page.locator("button[name=_continue]").click()
    page.wait_for_url("**/change/**")

    survey = Survey.objects.get(name="NPS")
    assert [one.position for one in survey.questions.all()] == [1, 2]
    touch = make_surveyed_touch(shop, survey)
    type(touch.customer).objects.filter(pk=touch.customer_id).update(language=language)
    answer_on_a_phone(chromium, live_server, touch, words)

    assert sorted(Feedback.objects.values_list("kind", "score")) == [("nps", 3), ("words", None)]
    assert "It leaks" in Case.objects.get().body
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(f"{live_server.url}/admin/crm/survey/{survey.pk}/results/?preset=365")
        expect(page.get_by_text("It leaks")).to_be_visible()
        expect(page.get_by_text(words["few"]).first).to_be_visible()
        assert fits(page)


def answer_on_a_phone(chromium, live_server, touch, words):
    context = chromium.new_context(viewport=NARROW, user_agent=PERSON)
    phone = context.new_page()
    phone.goto(f"{live_server.url}/m/q/{touch.token}/{KEY}/?answer=3")
    assert not Feedback.objects.exists()
    assert fits(phone)
    phone.get_by_label(words["wrong"]).fill("It leaks")
    phone.get_by_role("button", name=words["send"]).click()
    expect(phone.get_by_role("heading", name=words["thanks"])).to_be_visible()
    context.close()
