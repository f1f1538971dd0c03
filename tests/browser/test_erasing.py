"""A manager erases the address of somebody who is no customer, and reads the certificate."""

import os

import pytest
from django.utils import timezone

from chains.models import IncomingMail
from crm.models import ErasureCertificate
from crm.privacy.erase import erase
from tests.browser.conftest import NARROW, WIDE
from tests.conftest import make_customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shot(page, name):
    if folder := os.environ.get("SHOTS"):
        for width, viewport in (("wide", WIDE), ("narrow", NARROW)):
            page.set_viewport_size(viewport)
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        page.set_viewport_size(WIDE)


def test_a_manager_erases_an_address_and_reads_the_certificate(page, sign_in, live_server, shop):
    IncomingMail.objects.create(key="<1@a>", kind="stranger", sender="zed@example.com", subject="Hi", text="Ask Zed")
    erase(make_customer(email="ann@example.com"), at=timezone.now())
    sign_in("Managers")

    page.goto(f"{live_server.url}/admin/crm/erasurecertificate/")
    shot(page, "certificates")
    page.get_by_role("link", name="Erase an address…").click()
    page.get_by_label("Address").fill("zed@example.com")
    shot(page, "erase-address")
    page.get_by_role("button", name="See what is kept").click()
    shot(page, "erase-address-found")
    page.get_by_label("Type it once more to erase it").fill("zed@example.com")
    page.get_by_role("button", name="Erase this address").click()

    page.get_by_role("rowheader", name="Letters received").wait_for()
    shot(page, "certificate")
    assert ErasureCertificate.objects.count() == 2
    assert IncomingMail.objects.get().text == ""
