"""A manager connects another system and tries it; a marketer puts a call and a branch about its answer into a chain."""

import pytest

from chains.models import Chain, Step
from crm.models import WebhookEndpoint
from tests.browser.conftest import NARROW, fits
from tests.chains.factories import draft_chain, message
from tests.crm.webhook_receiver import SECRET, receiving


@pytest.fixture
def receiver(settings):
    settings.PRIVATE_ADDRESSES_ALLOWED = True
    with receiving() as receiver:
        yield receiver


def test_a_manager_connects_a_system_and_tries_it(page, sign_in, receiver):
    sign_in("Managers")
    page.get_by_role("link", name="Webhooks out").click()
    page.locator('a[href$="/admin/crm/webhookendpoint/add/"]').first.click()
    page.get_by_label("Name").fill("Their CRM")
    page.locator("input[name=url]").fill(receiver.url)
    page.get_by_label("order delivered or performed").check()
    assert fits(page)
    page.get_by_role("button", name="Save", exact=True).click()

    endpoint = WebhookEndpoint.objects.get()
    assert page.locator("#webhook-secret").inner_text() == endpoint.secret
    assert endpoint.kinds == ["order.delivered"]
    page.set_viewport_size(NARROW)
    assert fits(page)

    receiver.secret = endpoint.secret
    receiver.answers_with((200, "welcome"))
    page.get_by_role("button", name="Send a test").click()
    page.get_by_text("welcome").wait_for()
    assert fits(page)
    page.get_by_role("link", name="Back").click()
    page.locator(".enc-pill", has_text="working").wait_for()
    assert page.locator("#webhook-secret").count() == 0


def test_a_marketer_calls_it_from_a_chain_and_asks_its_answer(page, sign_in, live_server, shop):
    WebhookEndpoint.objects.create(name="Their CRM", url="https://crm.example.com/", secret=SECRET)
    chain = draft_chain(message(name="Thanks"), name="After")
    sign_in("Marketing")

    page.goto(f"{live_server.url}/admin/chains/chain/{chain.pk}/change/")
    page.get_by_label("Add a step after 1").click()
    page.get_by_role("button", name="Call of a webhook").click()
    page.locator("#id_name").fill("Ask the CRM")
    page.locator("select[name=webhook]").select_option(label="Their CRM")
    assert fits(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("call “Their CRM” and wait for its answer, 1 hour at most").wait_for()

    page.get_by_label("Add a step after 2").click()
    page.get_by_role("button", name="Branch").click()
    page.locator("#id_name").fill("Known?")
    page.locator("[name=arms-0-name]").fill("Gold")
    field = page.get_by_role("combobox", name="What to ask about").first
    field.fill("the webhook answered well")
    field.press("Tab")
    page.get_by_text("Asked when the webhook has answered").wait_for()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("The webhook answered well: yes").wait_for()
    assert Step.objects.filter(chain=Chain.objects.get(name="After"), kind="call", webhook__name="Their CRM").exists()
