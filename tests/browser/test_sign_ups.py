import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chains.engine.deliver.confirmations import send_due
from chains.models import SignUp
from crm.models import Customer
from tests.browser.conftest import NARROW, fits

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_form_is_made_and_somebody_signs_up_by_it(page, sign_in, live_server, shop, settings):
    settings.SITE_URL = live_server.url
    sign_in("Marketing")
    page.goto(f"{live_server.url}/admin/chains/signupform/add/")
    page.get_by_label("Name", exact=False).first.fill("Footer")
    page.get_by_label("Heading").fill("Kettle letters")
    page.get_by_label("Wording of the consent").fill("I agree to get recipes by email.")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("HTML for your own site").click()
    snippet = page.locator("#sign-up-snippet").text_content()
    letter = page.frame_locator("iframe.enc-letter")
    expect(letter.get_by_role("link", name="Yes, write to me")).to_be_visible()
    page.set_viewport_size(NARROW)
    assert fits(page)

    page.set_content(f"<h1>The shop's own site</h1>{snippet}")
    page.get_by_label("Your email").fill("ann@example.com")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_text("One step is left")).to_be_visible()
    assert fits(page)
    assert send_due(timezone.now()) == 1
    page.goto(f"{live_server.url}/m/y/{SignUp.objects.get().token}/")
    expect(page.get_by_text("I agree to get recipes by email.")).to_be_visible()
    assert fits(page)
    assert not Customer.objects.exists()
    page.get_by_role("button", name="Yes, write to me").click()
    expect(page.get_by_text("Thank you")).to_be_visible()

    assert Customer.objects.get().contacts.get().marketing_consent == "granted"


def test_the_page_of_a_form_says_what_is_wrong_and_keeps_what_was_typed(page, live_server, shop):
    from chains.models import SignUpForm

    form = SignUpForm.objects.create(name="Footer", title="Letters", wording="Yes", language="en", asks_name=True)
    page.set_viewport_size(NARROW)
    page.goto(f"{live_server.url}/m/f/{form.key}/")

    page.get_by_label("Your email").fill("nobody")
    page.get_by_label("Your first name").fill("Ann")
    page.get_by_role("button", name="Sign up").click()

    expect(page.get_by_role("alert")).to_contain_text("is not an email address")
    expect(page.get_by_label("Your first name")).to_have_value("Ann")
    assert fits(page)
