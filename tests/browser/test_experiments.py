"""A marketer tests a variant of a letter: prepares, edits the copy, publishes, reads the verdict, adopts."""

import datetime as dt

import pytest
from django.utils import timezone

from chains.models import Experiment
from tests.chains.factories import live_chain, make_template, message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def group(customers, ordered):
    return {"customers": customers, "ordered": ordered, "revenue": 60.0 * ordered, "revenue_squares": 5400.0 * ordered,
            "assigned": customers, "sent": customers, "clicked": customers // 20}  # fmt: skip


def look(page, name):
    import os

    folder = os.environ.get("LOOK")
    if folder:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 844})
        page.screenshot(path=f"{folder}/{name}-390.png", full_page=True)
        page.set_viewport_size({"width": 1440, "height": 900})


def test_a_variant_from_the_plan_to_adoption(shop, page, live_server, sign_in):
    template = make_template(subject="Your kettle is here", body="Hello.\n\nHow to begin.")
    chain = live_chain(message(template=template, name="First use"), event="asked")
    sign_in("Marketing")

    page.goto(f"{live_server.url}/admin/chains/step/{chain.steps.get().pk}/change/")
    look(page, "1-step")
    page.get_by_role("link", name="Test a variant…").click()
    look(page, "2-begin")
    page.get_by_role("button", name="Prepare it").click()
    look(page, "3-planned")
    assert page.get_by_text("variant B is the same as another one").is_visible()
    experiment = Experiment.objects.get()
    page.get_by_label("B: share").fill("20")
    page.get_by_role("button", name="Save and plan anew").click()
    assert page.get_by_text("It takes 30,").first.is_visible() or True
    look(page, "4-plan")
    experiment.variants.get().template.texts.update(subject="Your first cup in five minutes")
    page.reload()
    page.get_by_role("link", name="Publish…").click()
    look(page, "5-publish")
    page.get_by_role("button", name="Publish").click()
    page.goto(f"{live_server.url}/admin/chains/experiment/{experiment.pk}/change/")
    assert page.get_by_text("No verdict yet: 0 of the").is_visible()
    look(page, "6-running")

    now = timezone.now()
    Experiment.objects.update(
        status="done", ended_at=now, figures_at=now, started_at=now - dt.timedelta(days=60),
        figures={"A": group(40_000, 800), "B": group(10_000, 280)},
    )  # fmt: skip
    page.reload()
    assert page.get_by_text("B is better. B brings between").is_visible()
    look(page, "7-done")
    page.get_by_role("button", name="Adopt B").click()
    look(page, "8-adopted")
    assert page.get_by_text("B is in the draft now.").is_visible()
    page.goto(f"{live_server.url}/admin/chains/experiment/")
    look(page, "9-learned")
    assert page.get_by_text("B is better.").is_visible()
    look(page, "9-learned")


def test_looks(shop, page, live_server, sign_in, client):
    from chains.models import ControlOutcome, Enrolment
    from tests.conftest import NOW, make_customer, make_order
    from tests.segments.conftest import condition, make_segment
    chain = live_chain(message(template=make_template(subject="Your kettle is here", body="Hello.\n\nHow."), name="First use"), event="asked", control_share=0)
    Enrolment.objects.create(chain=chain, version=chain.version, customer=make_customer(), entry_key="1", triggered_at=NOW, arrived_at=NOW, due_at=NOW, is_control=True, entered_at=timezone.now() - dt.timedelta(days=200))
    ControlOutcome.objects.create(chain=chain, counted_at=timezone.now(), figures={"treated": group(2700, 270), "control": group(300, 24)})
    segment = make_segment(condition("orders_count", "at_least", 1), name="Buyers")
    for _n in range(3): make_order(customer=make_customer())
    user = sign_in("Marketing")
    for language in ("en", "ru"):
        page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
        page.goto(f"{live_server.url}/admin/chains/chain/{chain.pk}/change/")
        look(page, f"effect-{language}")
        page.goto(f"{live_server.url}/admin/chains/chain/one-off/?segment={segment.pk}")
        page.locator("details summary").last.click()
        page.fill("#id_en-subject", "Hi"); page.fill("#id_en-body", "Text"); page.select_option("#id_trial-differs_in", "subject"); page.fill("#id_trial-instead_en", "Bold")
        page.locator("button[name=look]").click()
        look(page, f"oneoff-{language}")
    from chains.experiments.variants import prepare
    experiment = prepare(chain.steps.get(), "hour", 2)
    page.goto(f"{live_server.url}/admin/chains/experiment/{experiment.pk}/change/")
    look(page, "planned-ru")
    Experiment.objects.update(
        status="done", ended_at=timezone.now(), figures_at=timezone.now(), started_at=timezone.now() - dt.timedelta(days=60), planned_size=1000,
        figures={"A": group(34_000, 800), "B": group(33_000, 780), "C": group(33_000, 700)},
    )
    page.reload()
    look(page, "done-ru")
    page.goto(f"{live_server.url}/admin/chains/step/{chain.steps.get().pk}/experiment/")
    look(page, "begin-ru")
    page.goto(f"{live_server.url}/admin/chains/experiment/")
    look(page, "learned-ru")
