"""Where programs call, nothing is done that only a browser needs, and nothing is left out that guards."""

import pytest
from django.conf import settings
from django.urls import reverse

from crm.models import Source

pytestmark = pytest.mark.django_db
DOORS = ["/api/v1/events", "/v1/track", "/hooks/unknown/"]


@pytest.mark.parametrize("path", DOORS)
def test_a_session_is_not_looked_up_where_programs_call(admin_client, path, django_assert_num_queries):
    asked_sources = 1 if path.startswith("/hooks") else 0

    with django_assert_num_queries(asked_sources):
        answer = admin_client.post(path, {}, content_type="application/json")

    assert answer.status_code in {401, 404}
    assert not hasattr(answer.wsgi_request, "session")
    assert not hasattr(answer.wsgi_request, "user")


@pytest.mark.parametrize("path", DOORS)
def test_headers_that_guard_and_the_callers_language_are_the_same_as_on_pages(client, path):
    answer = client.post(path, {}, content_type="application/json", HTTP_ACCEPT_LANGUAGE="ru")

    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == settings.SECURE_REFERRER_POLICY
    assert answer["Content-Language"] == "ru"


@pytest.mark.parametrize("path", DOORS)
def test_an_unknown_host_is_refused(client, path):
    assert client.post(path, {}, content_type="application/json", HTTP_HOST="evil.example").status_code == 400


def test_the_session_of_somebody_signed_in_opens_no_door(admin_client):
    Source.objects.create(kind="api", name="Till", secret="s3cret")

    assert admin_client.get("/api/v1/orders").status_code == 401


def test_pages_of_staff_keep_their_sessions(admin_client):
    answer = admin_client.get(reverse("admin:crm_source_changelist"))

    assert answer.status_code == 200
    assert answer.wsgi_request.user.is_staff
