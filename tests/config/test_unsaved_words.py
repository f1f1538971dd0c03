"""What the browser learns, so that it keeps or forgets what staff typed."""

import pytest
from django.urls import reverse

from crm.models import Case
from tests.conftest import make_case, make_customer

pytestmark = pytest.mark.django_db
PAGE = "http://testserver"


def saved(response):
    cookie = response.cookies.get("encore_saved")
    return cookie and cookie.value


def test_a_form_that_was_saved_is_named_and_a_refused_one_is_not(admin_client):
    case = make_case(make_customer())
    address = {name: reverse("admin:crm_case_do", args=[case.pk, name]) for name in ("acknowledge", "answer")}

    done = admin_client.post(address["acknowledge"])
    refused = admin_client.post(
        address["answer"], {"solution": " ", "alternative": "Money back", "bonus_gift": "A mug"}
    )

    assert saved(done) == address["acknowledge"].replace("/", "%2F")
    assert saved(refused) is None
    page = admin_client.get(reverse("admin:crm_case_change", args=[case.pk])).content.decode()
    assert "Say which solution was offered." in page
    assert "Money back" in page
    assert 'value="A mug"' in page


def test_a_form_that_is_shown_again_with_its_faults_is_not_named(admin_client):
    customer = make_customer()

    shown = admin_client.post(reverse("admin:crm_customer_complaint", args=[customer.pk]), {"body": "The lid"})

    assert (shown.status_code, saved(shown)) == (400, None)
    assert "The lid" in shown.content.decode()


@pytest.mark.parametrize(
    ("referer", "leads_to"),
    [
        pytest.param(f"{PAGE}/admin/crm/case/7/change/?x=1", "%2Fcase%2F7%2Fchange%2F%3Fx%3D1", id="ours"),
        pytest.param("https://evil.example.com/admin/crm/case/7/change/", "do%2Facknowledge", id="of another site"),
        pytest.param(f"{PAGE}/admin/login/?next=/admin/", "do%2Facknowledge", id="of the login itself"),
        pytest.param("", "do%2Facknowledge", id="untold"),
    ],
)
def test_whoever_has_to_sign_in_anew_comes_back_to_the_page_the_form_stood_on(client, referer, leads_to):
    case = make_case()
    headers = {"HTTP_REFERER": referer} if referer else {}

    response = client.post(reverse("admin:crm_case_do", args=[case.pk, "acknowledge"]), **headers)

    assert response.url.startswith("/admin/login/?next=")
    assert leads_to in response.url.replace("/", "%2F")
    assert saved(response) is None
    assert Case.objects.get().acknowledged_at is None
