import os
import time
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, connections
from playwright.sync_api import TimeoutError

CHROMIUM = Path("/usr/bin/chromium")
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, driven by playwright."""
    if not CHROMIUM.exists():
        pytest.fail(f"The browser tests need {CHROMIUM}: apt-get install chromium.")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)
    # Playwright's loop runs in this thread, and Django takes that for asynchronous code. It is not: calls wait.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # From here on Django keeps another connection for this thread; a fork, where no loop runs, would find the old one.
    connections.close_all()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
    if before is not None:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture(scope="module")
def visitors_chromium(chromium):
    """Without a head it calls itself a robot, whatever a page is told, when it sends what a closing page left."""
    options = ["--no-sandbox", f"--user-agent={PERSON}"]
    browser = chromium.browser_type.launch(executable_path=str(CHROMIUM), args=options)
    yield browser
    browser.close()


@pytest.fixture
def page(chromium, live_server):
    """An empty browser window; the test fails when a script on any page of it does, or wants what none may."""
    context = chromium.new_context(viewport=WIDE, locale="en")
    context.set_default_timeout(20_000)
    page = context.new_page()
    broken = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda told: broken.append(told.text) if "Content Security Policy" in told.text else None)
    yield page
    context.close()
    wait_until_nobody_asks()
    assert broken == []


def wait_until_nobody_asks():
    """A closed page may have left a question being answered, and emptying the tables would deadlock with it."""
    with connection.cursor() as cursor:
        for _moment in range(100):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.1)
    pytest.fail("The server was still busy ten seconds after the browser was closed.")


@pytest.fixture
def sign_in(page, live_server):
    def sign_in(role):
        user = User.objects.create_user(role.lower(), password="secret-of-a-test", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        page.goto(f"{live_server.url}/")
        page.get_by_label("Username").fill(user.username)
        page.get_by_label("Password").fill("secret-of-a-test")
        # What is typed before the scripts of the first screen are there, they do not hear.
        with page.expect_navigation():
            page.get_by_role("button", name="Log in").click()
        return user

    return sign_in


def fits(page):
    """Nothing sticks out to the right, so nobody has to scroll sideways; charts take a moment to follow the window."""
    try:
        page.wait_for_function(
            "document.documentElement?.scrollWidth <= document.documentElement?.clientWidth", timeout=5_000
        )
    except TimeoutError:
        return False
    return True
