import csv
import datetime as dt
import io

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from crm.intake.files import progress, uploads
from crm.models import Customer, EventInbox, Order
from crm.spreadsheet_cells import harmless
from tests.chains.factories import live_chain, message
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


@pytest.mark.parametrize("text", ["=1", "+1+1", "-1+cmd|' /C calc'!A0", "@x", "\tx", "\rx"])
def test_cells_that_a_spreadsheet_would_run_are_disarmed(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "+442079460000", "-5", "a=b", "Ann"])
def test_plain_cells_stay(text):
    assert harmless(text) == text


FOREIGN = "Номер;Дата;Сумма;Кто;Colour\n7;05.01.2026;30;ann@example.com;red\n"


def say(client, page, *, model="order", **columns):
    form = page.context["mapping"]
    sent = {name: form[name].value() or "" for name in form.fields} | columns
    return client.post(reverse(f"admin:crm_{model}_import_columns"), {"token": page.context["token"], **sent})


def test_a_strangers_file_is_asked_about_with_guesses_and_samples(manager):
    page = upload(manager, FOREIGN)

    guesses = [(column.name, column.meaning) for _field, column in page.context["mapping"].rows()]
    assert guesses == [
        ("Номер", "order_number"),
        ("Дата", "placed_at"),
        ("Сумма", "total"),
        ("Кто", "email"),
        ("Colour", ""),
    ]
    assert "guessed from the values" in page.text
    assert "ann@example.com" in page.text


def test_what_was_said_is_imported_and_remembered(manager):
    preview = say(manager, upload(manager, FOREIGN), column_4="@attribute")

    assert preview.context["report"].counts["orders"].new == 1
    confirm(manager, preview)
    assert (Order.objects.get().number, Customer.objects.get().attributes) == ("7", {"Colour": "red"})

    again = upload(manager, FOREIGN)
    assert again.context["report"].counts["orders"].unchanged == 1
    assert "as they were for the last file like it" in again.text


def test_the_preview_leads_back_to_what_columns_mean(manager):
    preview = say(manager, upload(manager, FOREIGN), column_4="@attribute")

    page = manager.get(reverse("admin:crm_order_import_columns"), {"token": preview.context["token"]})

    assert [column.meaning for _field, column in page.context["mapping"].rows()][-1] == "@attribute"


def test_what_is_missing_or_twice_is_said_in_words(manager):
    page = upload(manager, "Номер;Дата;Сумма\n7;05.01.2026;30\n")
    assert "Still needed: which column is “Customer ID” or “Email” or “Phone”?" in page.text

    again = say(manager, page, column_1="order_number")

    errors = again.context["mapping"].non_field_errors()
    assert errors == [
        "Two columns are said to be “Order number”: only one can be.",
        "No column is said to be: “Customer ID” or “Email” or “Phone”.",
        "No column is said to be: “Placed at”.",
    ]
    assert not Order.objects.exists()


def test_amounts_of_two_meanings_are_asked_about_and_the_answer_is_remembered(manager):
    file = FOREIGN.replace(";30;", ";1,299;")
    page = upload(manager, file)
    assert "can be read in two ways" in say(manager, page).text

    preview = say(manager, upload_and_change(manager, file), decimal_mark=".")

    confirm(manager, preview)
    assert Order.objects.get().total == 1299
    assert upload(manager, file).context["report"].counts["orders"].unchanged == 1


def upload_and_change(client, file):
    """A file of a known shape, whose meaning is looked at again."""
    token = upload(client, file).context["token"]
    return client.get(reverse("admin:crm_order_import_columns"), {"token": token})


def test_a_meaning_that_does_not_exist_is_refused(manager):
    page = say(manager, upload(manager, FOREIGN), column_4="is_superuser")

    assert "Select a valid choice" in page.text
    assert not Order.objects.exists()


def test_preview_names_new_products_and_categories(manager):
    page = upload(manager, "sku,name,category\nK-1,<b>Kettle</b>,Kitchen\n", model="product")

    assert "1 new product" in page.text
    assert "K-1 &lt;b&gt;Kettle&lt;/b&gt;" in page.text
    assert "1 new category" in page.text


def test_chains_act_after_a_count_and_a_second_press(manager, shop):
    live_chain(message(), event="order.placed", at=timezone.now() - dt.timedelta(days=9), name="Thanks")
    placed = timezone.now() - dt.timedelta(hours=3)
    file = f"order_number,customer_id,placed_at,total\nA-1,1,{placed.isoformat()},30\n"

    page = upload(manager, file, acts="new", acts_on_days="3")
    assert "1 enters “Thanks”" in page.text
    asked = confirm(manager, page)
    assert "letters may leave within seconds" in asked.text
    assert not Order.objects.exists()

    confirm(manager, asked, confirmed="1")
    assert (Order.objects.count(), EventInbox.objects.filter(consumer="chains").count()) == (1, 1)


def test_nobody_is_asked_twice_where_nobody_would_enter(manager):
    page = upload(manager, ORDERS, acts="new", acts_on_days="3")

    assert "No customer of this file would enter a chain" in page.text
    confirm(manager, page)
    assert Order.objects.count() == 1
    assert not EventInbox.objects.exists()


def test_days_are_asked_for_where_chains_act(manager):
    page = upload(manager, ORDERS, acts="new", acts_on_days="")

    assert page.context["form"].errors["acts_on_days"] == ["Say how many days: 1 to 60."]


def test_a_cancelled_file_is_thrown_away(manager):
    page = upload(manager, ORDERS)

    manager.post(reverse("admin:crm_order_import_cancel"), {"token": page.context["token"]})

    assert list(uploads.folder().iterdir()) == []
    assert "This preview is no longer there" in confirm(manager, page).text


def test_a_sample_file_comes_in_the_language_of_the_reader(manager):
    page = manager.get(reverse("admin:crm_order_import_sample"), headers={"Accept-Language": "ru"})

    assert page.content.decode("utf-8-sig").startswith("Номер заказа;")
    assert "encore-orders.csv" in page["Content-Disposition"]


def test_how_far_a_file_is_read_can_be_looked_up(manager):
    name = progress.new_name()
    url = reverse("admin:crm_order_import_progress")

    with progress.noted(name) as note:
        note(200, 0.5)
        assert manager.get(url, {"name": name}).json() == {"rows": 200, "percent": 50}
    assert manager.get(url, {"name": name}).json() == {}
    assert manager.get(url, {"name": "../../etc/passwd"}).json() == {}


def test_a_file_too_large_or_empty_is_refused_at_the_field(manager, monkeypatch):
    monkeypatch.setattr("crm.admin.upload_form.MOST_MEGABYTES", 0)

    assert "Import it on the server" in upload(manager, ORDERS).text
    assert "The submitted file is empty" in upload(manager, "").text


def test_marketers_import_and_support_does_not(client):
    for role, status in (("Marketing", 200), ("Managers", 200), ("Support", 403)):
        user = User.objects.create_user(role.lower(), password="x", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        for model in ("order", "customer", "product"):
            for view in ("import", "import_sample", "import_progress"):
                assert client.get(reverse(f"admin:crm_{model}_{view}")).status_code == status


def test_a_marketer_brings_orders_in_and_takes_nobodys_data_out(client):
    user = User.objects.create_user("marketer", password="x", is_staff=True)
    user.groups.add(Group.objects.get(name="Marketing"))
    client.force_login(user)

    confirm(client, upload(client, ORDERS))

    assert Order.objects.count() == 1
    assert client.get(reverse("admin:crm_order_export")).status_code == 403
    assert "import/" in client.get(reverse("admin:crm_order_changelist")).text
