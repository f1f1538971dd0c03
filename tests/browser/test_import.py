"""A marketer brings in the file of another program: says what its columns mean, looks, lets chains act, and again."""

import datetime as dt

from django.utils import timezone

from crm.models import ColumnMapping, EventInbox, Order
from tests.browser.conftest import NARROW, WIDE, fits
from tests.chains.factories import live_chain, message

NAMES = "Номер;Дата;ФИО;Кто;Сумма;Комментарий"


def test_a_marketer_imports_a_file_of_another_program(page, sign_in, shop, tmp_path, settings):
    settings.VAR_DIR = tmp_path / "var"
    live_chain(message(), event="order.placed", at=timezone.now() - dt.timedelta(days=9), name="Thanks")
    file = tmp_path / "orders.csv"
    placed = timezone.now() - dt.timedelta(hours=3)
    file.write_text(f"{NAMES}\n7;{placed:%Y-%m-%d %H:%M:%S +0000};Ли Анна;ann@example.com;12,50;позвонить\n")

    sign_in("Marketing")
    page.get_by_role("link", name="Import orders").click()
    with page.expect_download() as sample:
        page.get_by_role("link", name="Download a sample file").click()
    assert sample.value.suggested_filename == "encore-orders.csv"
    days = page.get_by_label("New are orders of the last")
    assert not days.is_visible()
    page.get_by_label("What is in it").select_option("new")
    assert days.input_value() == "3"
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()

    page.get_by_text("Say what each column means").wait_for()
    assert page.get_by_label("Номер").input_value() == "order_number"
    assert page.get_by_label("ФИО").input_value() == "last_first"
    assert page.get_by_text("guessed from the values").count() == 1
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        assert fits(page)
    page.get_by_label("Сумма").select_option("")
    page.get_by_role("button", name="Check the file").click()
    page.get_by_text("No column is said to be: “Total”").wait_for()
    page.get_by_label("Сумма").select_option("total")
    page.get_by_label("Комментарий").select_option("@attribute")
    page.get_by_role("button", name="Check the file").click()

    page.get_by_text("1 enters “Thanks”").wait_for()
    page.set_viewport_size(NARROW)
    assert fits(page)
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text("letters may leave within seconds").wait_for()
    assert fits(page)
    assert not Order.objects.exists()
    page.get_by_role("button", name="Yes, import and let chains act").click()
    page.get_by_text("orders: 1 new").wait_for()

    order = Order.objects.select_related("customer").get()
    assert (order.customer.first_name, order.customer.last_name) == ("Анна", "Ли")
    assert order.customer.attributes == {"Комментарий": "позвонить"}
    assert EventInbox.objects.filter(consumer="chains").count() == ColumnMapping.objects.count() == 1
