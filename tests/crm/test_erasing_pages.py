"""Managers erase an address that is no customer's, read certificates, and see who came back."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from chains.models import IncomingMail, SignUp, SignUpForm
from crm.models import ErasedAddress, ErasureCertificate
from crm.privacy.erase import erase, erase_address
from crm.privacy.kept import everything_kept, labels
from tests.conftest import make_customer

pytestmark = pytest.mark.django_db
PAGE = "/admin/crm/erasurecertificate/address/"


@pytest.fixture
def enter(client):
    def sign_in(role="Managers"):
        user = User.objects.create_user(role, password="x", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def stranger(shop):
    """Somebody who wrote and signed up, and is no customer."""
    now = timezone.now()
    IncomingMail.objects.create(key="<1@a>", kind="stranger", sender="zed@example.com", subject="Hi", text="Ask Zed")
    IncomingMail.objects.create(key="<2@a>", kind="stranger", sender="joszed@example.com", subject="Hi", text="Not me")
    form = SignUpForm.objects.create(name="Footer", title="Footer", wording="Yes", language="en")
    SignUp.objects.create(form=form, email="zed@example.com", wording="Yes", asked_at=now, expires_at=now)


def test_a_manager_sees_what_is_kept_of_an_address_and_erases_it_by_typing_it_again(enter, stranger):
    manager = enter()

    seen = manager.post(PAGE, {"channel": "email", "address": " Zed@Example.com"})
    assert "Kept of zed@example.com" in seen.text
    assert "Letters received" in seen.text
    assert ErasureCertificate.objects.count() == 0
    other = manager.post(PAGE, {"channel": "email", "address": "zed@example.com", "again": "zoe@example.com"})
    assert "the address is another one" in other.text
    assert ErasureCertificate.objects.count() == 0
    done = manager.post(
        PAGE, {"channel": "email", "address": "zed@example.com", "again": "ZED@example.com"}, follow=True
    )

    certificate = ErasureCertificate.objects.get()
    assert (certificate.erased["letters_received"], certificate.erased["sign_ups_waiting"]) == (1, 1)
    assert certificate.erased_by.username == "Managers"
    assert "Sign-ups nobody confirmed" in done.text
    assert list(IncomingMail.objects.order_by("pk").values_list("sender", "text")) == [
        ("", ""),
        ("joszed@example.com", "Not me"),
    ]
    assert SignUp.objects.count() == 0


def test_an_address_that_was_erased_is_erased_again_when_it_comes_back(stranger, now):
    first = erase_address("email", "zed@example.com", at=now)
    IncomingMail.objects.create(key="<3@a>", kind="stranger", sender="zed@example.com", text="Zed again")

    second = erase_address("email", "zed@example.com", at=timezone.now())

    assert second["certificate"] == first["certificate"]
    assert second["erased"]["letters_received"] == 2
    assert ErasureCertificate.objects.get().repeated_at is not None
    assert erase_address("email", "zed@example.com", at=timezone.now()) == second


def test_an_address_of_a_customer_is_refused(enter):
    make_customer(email="ann@example.com")

    answer = enter().post(PAGE, {"channel": "email", "address": "ann@example.com", "again": "ann@example.com"})

    assert "A customer has this address" in answer.text
    assert not ErasureCertificate.objects.exists()
    assert not ErasedAddress.objects.exists()


def test_what_is_no_address_is_refused_in_words(enter):
    assert "is not an email address" in enter().post(PAGE, {"channel": "email", "address": "zed"}).text


@pytest.mark.parametrize("role", ["Support", "Marketing"])
def test_nobody_else_erases_an_address_or_reads_certificates(enter, role):
    staff = enter(role)

    assert staff.get(PAGE).status_code == 403
    assert staff.get("/admin/crm/erasurecertificate/").status_code == 403


def test_the_list_leads_to_the_page_for_addresses_and_to_each_certificate(enter, now):
    erase(make_customer(), at=now)

    page = enter().get("/admin/crm/erasurecertificate/").text

    assert PAGE in page
    assert f"Certificate {ErasureCertificate.objects.get().pk}" in page


def test_the_page_of_whoever_came_back_says_so(enter, now):
    manager = enter()
    erase(make_customer(email="ann@example.com"), at=now)
    back, other = make_customer(email="ann@example.com"), make_customer(email="bob@example.com")

    assert "was erased on" in manager.get(reverse("admin:crm_customer_change", args=[back.pk])).text
    assert "was erased on" not in manager.get(reverse("admin:crm_customer_change", args=[other.pk])).text


def test_everything_that_is_erased_has_a_name_for_staff():
    erased = {kept.name for kept in everything_kept() if kept.erase}

    assert erased < labels().keys()
    assert all(str(words) for words in labels().values())
