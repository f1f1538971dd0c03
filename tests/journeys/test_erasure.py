"""Somebody lives with the shop through all its doors, and is erased: nothing of them is left in a dump or in a file."""

import datetime as dt
import json
import os
import subprocess

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from chains.channels.email.received_mail import read as read_mail
from chains.channels.email.record_mail import record_mail
from chains.engine.run import tick
from chains.messages.written import written_texts
from chains.models import IncomingMail, SignUp, SignUpForm, TestOrderMessage, Touch
from chains.simulate import preview
from chains.simulate.rehearsal import job
from chains.simulate.rehearsal.period import RehearsalPeriod
from chains.simulate.test_order import send as test_orders
from config.database.cluster import binaries
from crm import loyalty
from crm.customers import merge
from crm.figures.scores import score_all
from crm.intake import deliveries
from crm.intake.api.keys import key_of
from crm.intake.doors import read
from crm.intake.sources import new_secret
from crm.models import (
    Case,
    CaseMessage,
    Customer,
    CustomerStats,
    Delivery,
    ErasureCertificate,
    Order,
    Source,
    StaffTask,
    WebhookEndpoint,
)
from crm.privacy.erase import erase, erase_address
from crm.privacy.export import export_address, export_person
from crm.service import sending
from tests.chains.channels.email.letters import delivery_report, reply, to
from tests.chains.channels.telegram import updates
from tests.chains.factories import draft_chain, live_chain, make_template, message, task
from tests.conftest import make_customer

pytestmark = pytest.mark.django_db(transaction=True)

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
EMAIL, OLD_EMAIL, WORK_EMAIL = "zephyrine@quill.example", "zq.old@quill.example", "zq.work@firm.example"
BROWSER = {"HTTP_USER_AGENT": "MarmotBrowser/9.1", "REMOTE_ADDR": "203.0.113.77"}
WHO = {
    "first_name": "Zephyrine", "last_name": "Quillfeather", "city": "Wexcombe", "address": "7 Larkspur Mews",
    "postal_code": "WX9 4QF", "job_title": "Marmot keeper", "born_on": "1987-03-21",
}  # fmt: skip
SECRETS = [
    *WHO.values(), EMAIL, OLD_EMAIL, WORK_EMAIL, "79161234567", "880042017", "EXT-MARMOT", "RRMARMOT77",
    "receipt/marmot", "marmots like tea", "lid bit my marmot", "marmot.jpg", "a marmot rates", "marmot@wild.example",
    "nobody knows my marmot", "Sorry about your marmot", "MarmotBrowser", "203.0.113.77", "dev-marmot-1", "marmot-page",
    "marmot gift", "colleague met the marmot", "sorry-marmot", "quarrelsome marmot",
]  # fmt: skip

COUNTED = {
    "customers": 2, "contacts": 4, "letters_received": 3, "sign_ups": 1, "sign_ups_waiting": 1, "rehearsals": 1,
    "uploads": 3, "devices": 1, "files": 1, "feedback": 1, "touches": 2, "staff_tasks": 1, "orders": 1,
}  # fmt: skip


@pytest.fixture
def shop_files(settings, tmp_path):
    """Files of this shop alone; letters go to its outbox."""
    settings.VAR_DIR, settings.OUTBOX_DIR = tmp_path, tmp_path / "outbox"
    settings.EMAIL_BACKEND = "chains.channels.email.outbox.EmailBackend"
    return tmp_path


def dump():
    """All rows as PostgreSQL writes them, decoded where a column holds bytes."""
    params = connection.get_connection_params()
    named = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    given = {variable: str(params[name]) for variable, name in named.items() if params.get(name)}
    command = [str(binaries() / "pg_dump"), "--data-only", connection.settings_dict["NAME"]]
    return subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True, check=True).stdout


def left(secrets, shop_files):
    """Which of these stand in the dump, as words or as bytes, or in a file."""
    rows, files = dump(), b"\n".join(path.read_bytes() for path in shop_files.rglob("*") if path.is_file())
    return [
        secret
        for secret in secrets
        if secret.lower() in rows.lower() or secret.encode().hex() in rows or secret.encode() in files
    ]


def post_signed(client, source, key, topic, data):
    body = json.dumps({"type": topic, "timestamp": timezone.now().isoformat(), "data": data})
    at = timezone.now()
    head = {
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(source.secret).sign(key, at, body),
    }
    answer = client.post(f"/hooks/{source.key}/", body, content_type="application/json", headers=head)
    assert answer.status_code == 202, answer.content
    return dict(deliveries.apply_due(timezone.now(), read))


def order_told(**more):
    customer = {"id": "EXT-MARMOT", "email": EMAIL, "phone": "+79161234567", **WHO}
    return {
        "number": "M-1",
        "customer": customer,
        "placed_at": (timezone.now() - 2 * HOUR).isoformat(),
        "lines": [{"sku": "K-1", "name": "Kettle", "quantity": 1, "price": "49.90"}],
        "shipped_at": (timezone.now() - HOUR).isoformat(),
        "tracking_number": "RRMARMOT77",
        "receipt_url": "https://shop.example/receipt/marmot",
        **more,
    }


def upload(admin_client, text):
    form = {"file": SimpleUploadedFile("customers.csv", text.encode()), "encoding": "utf-8"}
    page = admin_client.post(reverse("admin:crm_customer_import"), form)
    assert page.status_code == 200
    return page


@pytest.fixture
def till():
    return Source.objects.create(kind="webhook", name="Till", secret=new_secret("webhook"))


@pytest.fixture
def life(client, admin_client, admin_user, shop, shop_files, settings, till):
    """A customer who did everything there is to do, at whatever hour this runs."""
    now = timezone.now()
    shop.quiet_from = shop.quiet_until
    shop.save()
    admin_user.email = "marketer@kettle.example.com"
    admin_user.save()
    WebhookEndpoint.objects.create(name="CRM", url="https://crm.example/", kinds=["order.placed", "message.sent"])
    hello = make_template(subject="Dear {{ customer.first_name }}", words="Hello {{ customer.first_name }}")
    live_chain(message(template=hello), task("Call"), at=now - DAY)
    assert post_signed(client, till, "m1", "order.created", order_told()) == {"applied": 1}
    customer = Customer.objects.get()
    tick(now + HOUR)
    touch = Touch.objects.sent().get(channel="email")
    on_the_web(client, touch)
    on_the_site(client)
    by_mail(touch, customer, admin_user)
    in_a_messenger(client, touch, settings)
    by_the_api(client)
    with_colleagues(admin_client, admin_user, customer, now)
    shown_to_staff(customer, admin_user, hello, now)
    return customer


def on_the_web(client, touch):
    """Opens, clicks, rates, chooses; signs up by two forms and confirms by one."""
    client.get(reverse("chains:open", args=[touch.token]), **BROWSER)
    client.post(reverse("chains:rate", args=[touch.token]), {"answer": 1, "text": "a marmot rates"}, **BROWSER)
    client.post(reverse("chains:unsubscribe", args=[touch.token]), {"List-Unsubscribe": "One-Click"}, **BROWSER)
    for name in ("Footer", "Blog"):
        form = SignUpForm.objects.create(name=name, title=name, wording="Yes", language="en", asks_name=True)
        typed = {"email": EMAIL, "first_name": "Zephyrine"}
        client.post(
            reverse("chains:sign-up", args=[form.key]), typed, headers={"referer": "https://s/marmot-page"}, **BROWSER
        )
    client.post(reverse("chains:confirm", args=[SignUp.objects.get(form__name="Footer").token]), **BROWSER)
    assert SignUp.objects.filter(confirmed_at=None).count() == 1


def on_the_site(client):
    site = Source.objects.create(kind="tracking", name="Site", secret=new_secret("tracking"))
    visit = {
        "type": "page",
        "anonymousId": "dev-marmot-1",
        "messageId": "v1",
        "properties": {"url": "https://s/marmot-page"},
    }
    known = {"type": "identify", "anonymousId": "dev-marmot-1", "messageId": "v2", "traits": {"email": EMAIL}}
    batch = {"writeKey": key_of(site), "batch": [visit, known, visit | {"messageId": "v3"}]}
    Client().post("/v1/batch", json.dumps(batch), content_type="application/json", **BROWSER)
    deliveries.apply_due(timezone.now(), read)
    assert Delivery.objects.filter(source=site, status="applied").count() == 3


def by_mail(touch, customer, agent):
    """Replies from work with a picture, is answered, writes as nobody known; a letter comes back."""
    now = timezone.now()
    record_mail(
        read_mail(reply("The lid bit my marmot", to=to(touch), sender=WORK_EMAIL, key="<zq.work@firm.example>")), now
    )
    message = CaseMessage.objects.get(text__contains="marmot")
    message.attachments.create(name="marmot.jpg", content_type="image/jpeg", size=3, content=b"marmots like tea")
    sending.send_reply(message.case, text="Sorry about your marmot", at=now, by=agent)
    record_mail(read_mail(delivery_report(touch).replace(b"no such user here", f"<{EMAIL}> unknown".encode())), now)
    stranger = reply(
        "And nobody knows my marmot", sender=OLD_EMAIL, key="<2@quill.example>", subject="marmot@wild.example"
    )
    assert record_mail(read_mail(stranger), now).kind == "stranger"


def in_a_messenger(client, touch, settings):
    updates.set_up_bot(settings)
    chat = {"chat": {"id": 880042017, "type": "private"}, "from": {"id": 880042017, "language_code": "en"}}
    updates.tell(client, updates.written(text=f"/start {touch.token}", **chat))
    updates.tell(client, updates.written(text="My marmots like tea", **chat))
    assert CaseMessage.objects.filter(channel="telegram").count() == 1


def by_the_api(client):
    key = key_of(Source.objects.create(kind="api", name="Site's API", secret="s3cret"))
    head = {"authorization": f"Bearer {key}", "idempotency-key": f"for-{EMAIL}"}
    told = {"name": "wished", "id": f"wish-{EMAIL}", "at": timezone.now().isoformat(), "customer": {"email": EMAIL},
            "properties": {"wish": "marmot gift"}}  # fmt: skip
    answer = client.post("/api/v1/events", json.dumps(told), content_type="application/json", headers=head)
    assert answer.status_code == 200, answer.content


def with_colleagues(admin_client, agent, customer, now):
    """Edited, noted, given things, merged with an older record; in a file that waits and in rows refused."""
    page = admin_client.get(reverse("admin:crm_customer_edit", args=[customer.pk]))
    form = {bound.html_name: bound.value() or "" for bound in page.context["adminform"].form}
    for inline in page.context["inline_admin_formsets"]:
        management = inline.formset.management_form
        form |= {bound.html_name: bound.value() for bound in management}
        for row in inline.formset.forms:
            form |= {bound.html_name: bound.value() or "" for bound in row}
    form |= {"notes": "a quarrelsome marmot", "attributes": "{}", "tags": ""}
    assert admin_client.post(reverse("admin:crm_customer_edit", args=[customer.pk]), form).status_code == 302
    loyalty.give_points([loyalty.PointsGift(customer.pk, 10, "g", now, reason="marmot gift")])
    StaffTask.objects.update(outcome="colleague met the marmot")
    case = Case.objects.filter(resolved_at=None).first()
    admin_client.post(reverse("admin:crm_case_do", args=[case.pk, "answer"]), {"solution": "sorry-marmot"})
    Case.objects.filter(pk=case.pk).update(solution="sorry-marmot")
    merge.merge(customer, make_customer(email=OLD_EMAIL, first_name="Zephyrine"), at=now)
    score_all(now)
    row = f"{EMAIL},Zephyrine,{WHO['born_on']}\n"
    upload(admin_client, "email,first_name,birth_date\n" + row)
    page = upload(
        admin_client, "email,first_name,birth_date\n" + row.replace(WHO["born_on"], "never") + "b@x.example,B,\n"
    )
    done = {"token": page.context["token"], "skip_errors": "on"}
    admin_client.post(reverse("admin:crm_customer_process_import"), done)


def shown_to_staff(customer, marketer, template, now):
    """As an example: in a rehearsal, a test order and a preview."""
    chain = draft_chain(message(template=template))
    rehearsal = job.start(chain, RehearsalPeriod.of((now - 3 * DAY).date(), now.date(), now + DAY), now, by=marketer)
    assert job.run(rehearsal.pk) == "done", rehearsal.trouble
    test_orders.start(chain, marketer, "en", customer, now)
    test_orders.send_due(now + HOUR)
    assert TestOrderMessage.objects.get().status == "sent"
    preview.send(written_texts(template), [marketer.email], customer, now)


def test_nothing_of_an_erased_person_is_left_and_the_totals_are(life, shop_files):
    tokens = [*Touch.objects.values_list("token", flat=True), *SignUp.objects.values_list("token", flat=True)]
    assert left(SECRETS, shop_files) == SECRETS
    told = json.dumps(export_person(life), ensure_ascii=False)
    assert [secret for secret in SECRETS if secret not in told] == []
    before = CustomerStats.objects.values().get(customer=life)

    certificate = erase(life, at=timezone.now())

    assert left([*SECRETS, *tokens], shop_files) == []
    assert CustomerStats.objects.values().get(customer=life) == before
    assert str(Order.objects.get().total) == "49.90"
    assert {what: count for what, count in certificate["erased"].items() if what in COUNTED} == COUNTED
    assert sum(certificate["erased"].values()) > 40


def test_what_is_told_late_of_an_erased_person_brings_nothing_back(life, client, shop_files, settings, till):
    touch = Touch.objects.sent().get(channel="email")
    first = erase(life, at=timezone.now())

    later = order_told(delivered_at=timezone.now().isoformat())
    assert post_signed(client, till, "m2", "order.updated", later) == {"applied": 1}
    report = delivery_report(touch, action="delivered", key="<late@mx.example>")
    for words in (b"ann@example.com", b"Undelivered Mail"):
        report = report.replace(words, EMAIL.encode())
    record_mail(read_mail(report), timezone.now())
    rated = client.post(reverse("chains:rate", args=[touch.token]), {"answer": 1, "text": "a marmot rates"}, **BROWSER)
    for page in ("unsubscribe", "preferences"):
        answer = client.post(reverse(f"chains:{page}", args=[touch.token]), {"save": "1"}, **BROWSER)
        assert answer.status_code == 404
    chat = {"chat": {"id": 880042017, "type": "private"}, "from": {"id": 880042017, "language_code": "en"}}
    updates.tell(client, updates.written(text=f"/start {touch.token}", **chat))
    updates.tell(client, updates.written(text="My marmots like tea", **chat))
    again = reply("The lid bit my marmot", to=to(touch), sender=WORK_EMAIL, key="<zq.work@firm.example>")
    assert record_mail(read_mail(again), timezone.now()) is None

    assert rated.status_code == 404
    assert Order.objects.get().delivered_at is not None
    assert Touch.objects.get(pk=touch.pk).delivered_at is not None
    assert left(SECRETS, shop_files) == []
    assert Customer.objects.count() == 2
    assert erase(life, at=timezone.now() + DAY)["erased"] == first["erased"]


def test_a_letter_of_an_erased_person_is_told_from_a_strangers_and_erased_by_its_address(life, shop_files):
    erase(life, at=timezone.now())
    again = reply("Where is my marmot?", sender=EMAIL, key="<3@quill.example>")

    assert record_mail(read_mail(again), timezone.now()).kind == "stranger"

    assert "was erased on" in IncomingMail.objects.get(text__contains="marmot").detail
    assert "Where is my marmot?" in json.dumps(export_address("email", EMAIL))
    certificate = erase_address("email", EMAIL, at=timezone.now())
    assert (certificate["customer"], certificate["erased"]["letters_received"]) == (None, 1)
    assert left([*SECRETS, "Where is my marmot"], shop_files) == []
    assert ErasureCertificate.objects.count() == 2
