"""A colleague switches two-step log-in on, and comes in by it; read as on a desk and on a phone."""

import os
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.log_in import attempts, two_step
from tests.browser.conftest import NARROW, WIDE, fits

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def look(page, name):
    """Nothing sticks out in either width; the pictures are kept where somebody asks for them."""
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        assert fits(page)
        if folder := os.environ.get("ENCORE_PICTURES"):
            page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png")
    page.set_viewport_size(WIDE)


def password(page, user):
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill("secret-of-a-test")
    page.get_by_role("button", name="Log in").click()


def test_two_steps_are_switched_on_and_asked_for(page, live_server, sign_in):
    user = sign_in("Support")
    page.goto(f"{live_server.url}/admin/two-step/")
    look(page, "two-step-off")
    device = TOTPDevice.objects.get(user=user)
    page.get_by_label("Code").fill(f"{totp(device.bin_key):06d}")
    page.get_by_role("button", name="Switch on").click()
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    look(page, "two-step-codes")
    code = page.locator(".enc-recovery code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("heading", name="Two-step log-in is on").wait_for()
    look(page, "two-step-on")

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/admin/crm/customer/find/")
    password(page, user)
    page.get_by_role("heading", name="Two-step log-in").wait_for()
    look(page, "log-in-code")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Log in").click()

    page.wait_for_url("**/admin/crm/customer/find/")
    assert two_step.recovery_codes_left(user) == two_step.RECOVERY_CODES - 1


def test_too_many_attempts_are_answered_in_words(page, live_server, monkeypatch):
    monkeypatch.setattr(attempts, "MOST_OF_A_PLACE", 1)
    user = User.objects.create_user("anna", password="another-secret", is_staff=True)
    page.goto(f"{live_server.url}/admin/login/")
    password(page, user)
    password(page, user)

    page.get_by_role("alert").get_by_text("Try again in 15 minutes").wait_for()
    look(page, "locked")


def test_a_manager_reads_who_came_in_and_who_was_refused(page, live_server, sign_in):
    sign_in("Managers")
    page.wait_for_url("**/admin/")
    page.get_by_role("link", name="Failed log-ins").click()
    look(page, "failed-log-ins")
    page.goto(f"{live_server.url}/admin/axes/accesslog/")
    page.locator("#result_list").get_by_text("managers").first.wait_for()
    look(page, "log-ins")


def test_the_description_of_the_api_is_drawn(page, live_server):
    page.goto(f"{live_server.url}/api/v1/docs")

    page.get_by_text("/api/v1/orders").first.wait_for()
