import csv
import io

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from crm.admin.export import harmless
from crm.intake.files import uploads
from crm.models import Customer, Order
from tests.conftest import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db
ORDERS = "order_number,customer_id,placed_at,total,colour\nA-1,1,2026-01-05,30,red\n"
BAD = ORDERS + "A-2,2,never,30,red\n"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def manager(client):
    user = User.objects.create_user("manager", password="x", is_staff=True)
    models, verbs = ("order", "customer", "product"), ("view", "add", "change", "import")
    names = [f"{verb}_{model}" for model in models for verb in verbs]
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="crm", codename__in=names))
    client.force_login(user)
    return client


def upload(client, text, *, model="order", name="orders.csv", **fields):
    data = text if isinstance(text, bytes) else text.encode()
    form = {"file": SimpleUploadedFile(name, data), "encoding": "utf-8", **fields}
    return client.post(reverse(f"admin:crm_{model}_import"), form)


def confirm(client, page, *, model="order", **fields):
    return client.post(
        reverse(f"admin:crm_{model}_process_import"), {"token": page.context["token"], **fields}, follow=True
    )


def test_form_names_the_columns(manager):
    page = manager.get(reverse("admin:crm_order_import"))

    assert page.status_code == 200
    assert "delivered_at" in page.content.decode()


def test_preview_shows_counts_and_rows_and_changes_nothing(manager):
    page = upload(manager, ORDERS)

    assert page.context["report"].counts["orders"].new == 1
    assert "Columns not read: colour" in page.content.decode()
    assert page.context["sample"]["rows"] == [["A-1", "1", "2026-01-05", "30", "red"]]
    assert not Order.objects.exists()


def test_confirmation_imports_what_was_previewed(manager):
    done = confirm(manager, upload(manager, ORDERS))

    assert "orders: 1 new, 0 changed, 0 as they were" in done.content.decode()
    assert Order.objects.get().total == 30
    assert list(uploads.folder().iterdir()) == []


def test_preview_with_errors_names_them_and_imports_the_rest_only_on_wish(manager):
    page = upload(manager, BAD)

    assert "is not a moment" in page.content.decode()
    assert not confirm(manager, page).context["report"].is_applied
    assert not Order.objects.exists()

    done = confirm(manager, page, skip="1")
    assert list(Order.objects.values_list("number", flat=True)) == ["A-1"]
    link = reverse("admin:crm_order_import_rejected")
    refused = manager.get(link, {"token": done.context["rejected_token"]})
    assert b"A-2,2,never,30,red,3,placed_at: is not a moment" in b"".join(refused.streaming_content)


def test_a_second_click_meanwhile_imports_nothing(manager):
    page = upload(manager, ORDERS)
    [file] = uploads.folder().iterdir()

    with uploads.locked_upload(file):
        second = confirm(manager, page)
    assert "This preview is no longer there" in second.text
    assert not Order.objects.exists()

    confirm(manager, page)
    assert "This preview is no longer there" in confirm(manager, page).text
    assert Order.objects.count() == 1


def test_unknown_columns_become_attributes_on_wish(manager):
    confirm(manager, upload(manager, ORDERS, keeps_attributes="on"))

    assert Customer.objects.get().attributes == {"colour": "red"}


def test_file_that_cannot_be_read_is_told_at_the_field(manager):
    page = upload(manager, ORDERS.encode("utf-16"))

    assert "The file is in UTF-16" in page.content.decode()
    assert list(uploads.folder().iterdir()) == []


def test_confirmation_serves_neither_strangers_nor_forgers(manager, admin_user):
    token = upload(manager, ORDERS).context["token"]
    url = reverse("admin:crm_order_process_import")

    manager.post(url, {"token": token[:-1] + "x"})
    manager.get(url, {"token": token})
    manager.force_login(admin_user)
    manager.post(url, {"token": token})

    assert not Order.objects.exists()


def test_reading_orders_is_not_enough_to_import_or_export(client):
    agent = User.objects.create_user("agent", password="x", is_staff=True)
    agent.user_permissions.set(Permission.objects.filter(codename__in=["view_order", "change_order"]))
    client.force_login(agent)

    for view in ("import", "process_import", "import_rejected", "export"):
        assert client.post(reverse(f"admin:crm_order_{view}")).status_code == 403
    assert "import/" not in client.get(reverse("admin:crm_order_changelist")).content.decode()


def test_lists_offer_import_and_export(manager):
    for model in ("order", "customer", "product"):
        page = manager.get(reverse(f"admin:crm_{model}_changelist")).content.decode()
        assert reverse(f"admin:crm_{model}_import") in page
        assert reverse(f"admin:crm_{model}_export") in page


def export(client, model, kind):
    page = client.post(reverse(f"admin:crm_{model}_export"), {"format": kind, "resource": "0"})
    assert page["Content-Disposition"].startswith("attachment")
    return page.content


def test_export_disarms_formulas_and_can_be_imported_again(manager):
    make_customer(external_id="1", first_name="=HYPERLINK(1)", last_name="@SUM", phone="+442079460000", tags=["a", "b"])

    data = export(manager, "customer", "0")

    row = next(csv.DictReader(io.StringIO(data.decode())))
    assert (row["first_name"], row["last_name"], row["phone"]) == ("'=HYPERLINK(1)", "'@SUM", "+442079460000")
    assert (row["tags"], row["marketing_consent"]) == ("a;b", "yes")
    report = upload(manager, data, model="customer").context["report"]
    assert (report.problems, report.counts["customers"].unchanged) == ([], 1)


def test_spreadsheet_export_holds_no_formula(manager):
    make_product(sku="K-1", name="=1+1", category="Kitchen / Kettles")

    sheet = load_workbook(io.BytesIO(export(manager, "product", "1"))).active

    row = dict(zip(*([cell.value for cell in cells] for cells in sheet.iter_rows()), strict=True))
    assert (row["name"], row["category"]) == ("'=1+1", "Kitchen / Kettles")
    assert all(cell.data_type != "f" for cells in sheet.iter_rows() for cell in cells)


def test_exported_orders_change_nothing_when_imported(manager):
    make_order(number="A-1", total=30, customer=make_customer(external_id="1"))

    report = upload(manager, export(manager, "order", "0")).context["report"]

    assert (report.problems, report.counts["orders"].unchanged) == ([], 1)


def test_export_takes_a_constant_number_of_queries(manager, django_assert_max_num_queries):
    customer = make_customer()
    for number in range(12):
        make_order(number=f"A-{number}", total=30, customer=customer if number % 2 else make_customer())

    with django_assert_max_num_queries(12):
        export(manager, "order", "0")


@pytest.mark.parametrize("text", ["=1", "+1+1", "-1+cmd|' /C calc'!A0", "@x", "\t=1", "\r=1"])
def test_cells_that_a_spreadsheet_would_run_are_disarmed(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "+442079460000", "-5", "a=b", "Ann"])
def test_plain_cells_stay(text):
    assert harmless(text) == text
