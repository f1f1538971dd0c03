"""What a browser may load and run is said on every page; what pages really need is tried in tests/browser."""

import pytest
from django.urls import reverse

from config import content_policy

pytestmark = pytest.mark.django_db


def policy_of(answer):
    parts = (part.split() for part in answer["Content-Security-Policy"].split("; "))
    return {name: set(values) for name, *values in parts}


@pytest.mark.parametrize(
    "path", ["/m/u/none/", "/m/f/none/", "/m/look.css", "/hooks/none/", "/api/v1/orders", "/encore.js"]
)
def test_pages_for_customers_and_doors_run_nothing_that_stands_in_them(client, path):
    policy = policy_of(client.get(path))

    assert policy["default-src"] == {"'none'"}
    assert policy["script-src"] == policy["style-src"] == {"'self'"}
    assert policy["base-uri"] == policy["frame-ancestors"] == {"'none'"}


@pytest.mark.parametrize("page", ["admin:login", "admin:crm_customer_changelist", "two_step"])
def test_the_admin_runs_no_script_that_somebody_wrote_into_a_page(admin_client, client, page):
    policy = policy_of((client if page == "admin:login" else admin_client).get(reverse(page)))

    assert policy["script-src"] == {"'self'", "'unsafe-eval'"}
    assert policy["form-action"] == policy["frame-ancestors"] == {"'self'"}


def test_refusals_say_it_too(client):
    assert "Content-Security-Policy" in client.get("/nowhere/")
    assert "Content-Security-Policy" in client.post("/m/f/none/", b"", content_type="a/b", CONTENT_LENGTH="900000")


def test_the_description_of_the_api_may_style_in_place_and_no_more(client):
    policy = content_policy.of("/api/v1/docs")

    assert policy["style-src"] == ["'self'", "'unsafe-inline'"]
    assert policy["script-src"] == ["'self'"]
