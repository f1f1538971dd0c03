"""Pages stay fit for a strict content security policy: looks in stylesheets, behaviour in scripts of their own.

Letters are no pages: mail programs want styles in attributes, and chains/messages writes them there.
"""

import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

APPS = ("analytics", "chains", "config", "crm", "segments")
TEMPLATES = [path for app in APPS for path in sorted((settings.BASE_DIR / app / "templates").rglob("*.*"))]
STYLESHEETS = [path for app in APPS for path in sorted((settings.BASE_DIR / app / "static").rglob("*.css"))]
LETTERS = settings.BASE_DIR / "chains" / "messages"
CODE = [
    path
    for app in APPS
    for path in sorted((settings.BASE_DIR / app).rglob("*.py"))
    if not path.is_relative_to(LETTERS) and "migrations" not in path.parts
]
INLINE = {
    "a style attribute": r"\sstyle\s*=\s*[\"'\\]",
    "a style element": r"<style\b",
    # What search engines read of a page is data, which no browser runs.
    "a script without a file": r"<script\b(?![^>]*\ssrc=)(?! type=\"application/ld\+json\">)",
    "an event handler": r"\bon(?:blur|change|click|error|focus|input|key\w+|load|mouse\w+|submit|toggle)\s*=",
    "an expression for Alpine or htmx": r"\s(?:x-|@|:|hx-on)[a-z:.-]+\s*=\s*[\"']",
    "a script as an address": r"javascript:",
}


def found_in(paths, pattern):
    return [
        f"{path.relative_to(settings.BASE_DIR)}: {match[0].strip()}"
        for path in paths
        for match in re.finditer(pattern, path.read_text(), re.IGNORECASE)
    ]


@pytest.mark.parametrize("pattern", [pytest.param(pattern, id=what) for what, pattern in INLINE.items()])
def test_no_page_has_looks_or_behaviour_written_into_it(pattern):
    assert len(TEMPLATES) > 60
    assert len(CODE) > 300

    assert found_in([*TEMPLATES, *CODE], pattern) == []


@pytest.mark.parametrize(
    ("what", "written"),
    [
        ("a style attribute", '<p class="note" style="margin: 0">'),
        ("a style element", "<style>p {}</style>"),
        ("a script without a file", "<script defer>go()</script>"),
        ("an event handler", '<select name="day" onchange="this.form.submit()">'),
        ("an expression for Alpine or htmx", "<div x-show=\"preset === 'custom'\">"),
        ("a script as an address", '<a href="javascript:go()">'),
    ],
)
def test_what_is_looked_for_would_be_found(what, written):
    assert re.search(INLINE[what], written)


def test_lines_of_templates_and_stylesheets_stay_under_120():
    assert found_in([*TEMPLATES, *STYLESHEETS], r"(?m)^.{120,}$") == []


def test_staff_screens_have_one_stylesheet_and_what_is_drawn_printed_or_on_other_sites_its_own():
    own = settings.BASE_DIR / "chains" / "static" / "chains"
    shared = settings.BASE_DIR / "config" / "static" / "encore"
    names = ("admin.css", "coupon_sheet.css", "reviews.css")
    sheets = [own / "composer" / "composer.css", own / "picture.css", *(shared / name for name in names)]
    assert sheets == STYLESHEETS


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/admin/login/", "/m/r/nobodys/"])
def test_pages_show_the_favicon(client, page):
    assert 'href="/static/encore/favicon.svg"' in client.get(page).text


def test_a_browser_that_asks_for_an_icon_by_itself_gets_one(client):
    answer = client.get("/favicon.ico")

    assert answer["Location"] == "/static/encore/favicon.ico"
    assert finders.find("encore/favicon.ico")
