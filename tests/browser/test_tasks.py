import datetime as dt
import io

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from chains.engine.run import tick
from chains.models import Touch
from crm.models import Case, Customer, Job, JobTemplate, StaffTask
from tests.browser.conftest import NARROW, fits
from tests.chains.factories import live_chain, message
from tests.conftest import make_customer, make_order, make_product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAY = dt.timedelta(days=1)


@pytest.fixture
def by_day(shop):
    """No quiet hours, whatever time the test runs."""
    shop.quiet_from = shop.quiet_until
    shop.save()


def test_a_call_about_hidden_pain_ends_in_a_chain(page, sign_in, by_day):
    now = timezone.now()
    wants = {"all": [{"field": "event_task_outcome", "operator": "is", "value": ["wants"]}]}
    live_chain(message(), event="task.closed", audience_rule=wants, at=now - dt.timedelta(minutes=1))
    ann = make_customer(first_name="Ann", last_name="Petrova", phone="+447700900123")
    loom = make_product(name="Loom", complexity="complex")
    make_order(customer=ann, product=loom, placed_at=now - 45 * DAY, delivered_at=now - 40 * DAY)
    sign_in("Support")
    page.set_viewport_size(NARROW)

    page.get_by_role("link", name="1 customer may be unhappy in silence").click()
    expect(page.locator(".enc-pill-warn")).to_contain_text("silent since something complex came")
    assert fits(page)
    page.get_by_role("button", name="Call").click()
    expect(page.get_by_role("link", name="+447700900123")).to_have_attribute("href", "tel:+447700900123")
    expect(page.get_by_text("Loom").first).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Not reached").click()
    expect(page.get_by_text("It is to be tried again")).to_be_visible()
    page.get_by_label("In a few words").fill("A bigger one")
    page.get_by_role("button", name="Wants something").click()
    expect(page.get_by_text("Noted, and closed.")).to_be_visible()
    assert fits(page)
    tick(timezone.now())

    task = StaffTask.objects.get()
    assert (task.result, task.tries, task.outcome) == ("wants", 1, "A bigger one")
    assert Touch.objects.get(customer=ann).status == Touch.Status.SENT


def test_an_unknown_caller_is_noted_in_four_presses(page, sign_in, shop):
    sign_in("Support")
    page.set_viewport_size(NARROW)

    page.get_by_label("Name, email, phone or order number").fill("+44 7700 900123")
    expect(page.get_by_text("Nobody found.")).to_be_visible()
    page.get_by_role("link", name="A new caller").click()
    expect(page.get_by_label("Phone")).to_have_value("+44 7700 900123")
    page.get_by_label("First name").fill("Ann")
    page.get_by_label("They complain").check()
    page.get_by_label("In a line").fill("The lid leaks")
    assert fits(page)
    page.get_by_role("button", name="Add them and note it").click()
    expect(page.get_by_text("The call is noted.")).to_be_visible()
    assert fits(page)

    case = Case.objects.get()
    assert (case.kind, case.subject, case.customer.first_name) == ("complaint", "The lid leaks", "Ann")
    assert Customer.objects.get().contacts.get().address == "+447700900123"


@pytest.fixture
def russian_job(shop):
    template = JobTemplate.objects.create(name="Ремонт ванной", prepare="Освободить комнату")
    template.stages.create(name="Плитка", days=14, needs_acceptance=True)
    course = make_product(name="Ремонт", kind="service")
    template.products.add(course)
    customer = make_customer(first_name="Анна", language="ru")
    return make_order(customer=customer, product=course, kind="service", number="R-1")


def test_a_job_is_run_accepted_by_a_link_and_reported(page, sign_in, russian_job, live_server):
    sign_in("Managers")
    page.goto(f"{live_server.url}/admin/crm/order/{russian_job.pk}/change/")
    page.get_by_role("button", name="Begin", exact=True).click()
    page.get_by_role("link", name="Ремонт ванной").click()
    page.get_by_text("It is done…").click()
    page.get_by_label("What was done, for the customer").fill("Уложена и затёрта")
    page.get_by_role("button", name="Done: ask the customer to accept it").click()
    expect(page.get_by_text("waits for the customer").first).to_be_visible()
    page.get_by_label("Add pictures").set_input_files(
        [{"name": "after.png", "mimeType": "image/png", "buffer": red_picture()}]
    )
    page.get_by_label("Taken").select_option("after")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("1 picture is added.")).to_be_visible()
    page.set_viewport_size(NARROW)
    assert fits(page)
    job = Job.objects.get()

    page.goto(f"{live_server.url}/m/j/{job.token}/")
    expect(page.get_by_text("«Плитка»: всё верно?")).to_be_visible()
    expect(page.get_by_text("Освободить комнату")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Да, принимаю").click()
    expect(page.get_by_text("Спасибо: записали, что всё верно.")).to_be_visible()

    page.goto(f"{live_server.url}/admin/crm/job/{job.pk}/change/")
    page.locator("#report").fill("Стены и плитка")
    page.get_by_role("button", name="Finish the job").click()
    expect(page.get_by_text("The job is finished")).to_be_visible()
    page.goto(f"{live_server.url}/m/j/{job.token}/")
    expect(page.get_by_text("Стены и плитка")).to_be_visible()
    expect(page.get_by_role("heading", name="После")).to_be_visible()
    assert fits(page)


def test_a_gift_goes_into_the_parcel_before_it_is_shipped(page, sign_in, shop, live_server):
    order = make_order(customer=make_customer(first_name="Ann"), number="A-1")
    sign_in("Support")
    page.goto(f"{live_server.url}/admin/crm/order/{order.pk}/change/")

    page.get_by_role("link", name="Gift for the parcel").click()
    expect(page.get_by_label("It goes into the parcel of this order")).to_be_checked()
    page.get_by_role("button", name="Save").click()
    page.goto(f"{live_server.url}/admin/crm/order/{order.pk}/change/")
    page.get_by_role("button", name="Shipped").click()
    expect(page.get_by_text("Still to go into the parcel")).to_be_visible()
    page.get_by_role("button", name="It lies in the parcel").click()
    page.goto(f"{live_server.url}/admin/crm/order/{order.pk}/change/")
    page.get_by_role("button", name="Shipped").click()
    expect(page.get_by_text("Marked as shipped.")).to_be_visible()

    order.refresh_from_db()
    assert order.shipped_at
    assert StaffTask.objects.get().status == StaffTask.Status.DONE


def red_picture():
    made = io.BytesIO()
    Image.new("RGB", (600, 400), "firebrick").save(made, "PNG")
    return made.getvalue()
