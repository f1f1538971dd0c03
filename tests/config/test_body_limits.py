"""What is too large, and files where none belong, are refused in words before anything is written."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.urls import reverse

from config import body_limits
from crm.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_temporary_files(monkeypatch):
    def refuse(*_arguments, **_named):
        raise AssertionError("A file was written")

    monkeypatch.setattr(TemporaryUploadedFile, "__init__", refuse)


def file(size=3_000_000):
    return SimpleUploadedFile("orders.csv", b"a" * size)


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/admin/crm/order/import/", "UPLOAD"),
        ("/admin/crm/source/7/upload/", "UPLOAD"),
        ("/admin/chains/messagetemplate/pictures/", "PICTURE"),
        ("/admin/crm/source/7/change/", "FORM"),
        ("/hooks/mail/mailgun/inbound/", "LETTER"),
        ("/hooks/key/", "DOOR"),
        ("/v1/track", "DOOR"),
        ("/api/v1/orders", "DOOR"),
        ("/m/f/form/", "PUBLIC"),
        ("/i18n/setlang/", "PUBLIC"),
        ("/", "PUBLIC"),
    ],
)
def test_each_address_has_its_limit(path, limit):
    assert body_limits.of(path) is getattr(body_limits, limit)


@pytest.mark.parametrize("page", ["crm_order_import", "crm_customer_import", "crm_product_import"])
def test_files_may_come_to_the_pages_of_imports(page):
    assert body_limits.of(reverse(f"admin:{page}")) is body_limits.UPLOAD
    assert body_limits.of(reverse("admin:crm_source_upload", args=[1])) is body_limits.UPLOAD


@pytest.mark.parametrize("path", ["/hooks/none/", "/v1/track", "/api/v1/orders", "/m/f/none/", "/admin/login/", "/"])
def test_a_body_that_says_to_be_too_large_is_refused_unread(client, path):
    answer = client.generic("POST", path, b"", content_type="application/json", CONTENT_LENGTH="200000000")

    assert answer.status_code == 413


def test_a_reader_learns_in_their_language_what_was_too_large(client):
    answer = client.generic("POST", "/m/f/none/", b"", CONTENT_LENGTH="100001", HTTP_ACCEPT_LANGUAGE="ru")

    assert "100000" in answer.content.decode()
    assert answer["Content-Language"] == "ru"


@pytest.mark.parametrize("path", ["/m/f/none/", "/m/u/none/", "/admin/login/", "/i18n/setlang/"])
def test_no_file_is_taken_from_strangers(client, path):
    assert client.post(path, {"file": file(90_000)}).status_code in {404, 415}


def test_no_file_is_taken_on_ordinary_pages_of_staff(admin_client):
    before = Customer.objects.count()

    answer = admin_client.post(reverse("admin:crm_customer_add"), {"first_name": "Ann", "file": file(90_000)})

    assert answer.status_code == 415
    assert Customer.objects.count() == before


def test_a_stranger_who_brings_a_file_to_an_import_is_asked_to_sign_in(client):
    address = reverse("admin:crm_order_import")

    answer = client.post(address, {"file": file()})

    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('admin:login')}?next={address}")


def test_whose_session_ended_over_a_letter_with_a_file_comes_back_to_the_case(client):
    address, page = reverse("admin:crm_case_answer_files", args=[7]), reverse("admin:crm_case_change", args=[7])

    answer = client.post(address, {"file": file()}, headers={"Referer": f"http://testserver{page}"})

    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('admin:login')}?next={page}")


def test_of_a_file_that_comes_with_a_form_of_others_only_its_name_is_kept(client):
    from crm.models import Delivery, Source

    source = Source.objects.create(kind=Source.Kind.FORM, name="Forms", secret="s3cret")

    answer = client.post(f"/hooks/{source.key}/", {"secret": "s3cret", "name": "Ann", "photo": file(900_000)})

    assert answer.status_code == 202, answer.content
    assert "orders.csv" in Delivery.objects.get().payload["photo"]
