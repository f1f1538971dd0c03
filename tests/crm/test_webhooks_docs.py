"""What docs/webhooks.md tells a programmer to write takes what Encore sends."""

import re

import pytest
from django.conf import settings
from django.utils import timezone

from crm.events import record
from crm.models import WebhookEndpoint
from crm.webhooks_out import endpoints, sending
from crm.webhooks_out.kinds import CALL, OFFERED, TEST
from tests.conftest import make_customer
from tests.crm.webhook_receiver import SECRET, receiving

PAGE = settings.BASE_DIR / "docs" / "webhooks.md"


@pytest.mark.django_db
def test_the_python_of_the_page_believes_what_encore_sends_and_nothing_else(settings, monkeypatch, capsys):
    code = re.search(r"```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)[1]
    monkeypatch.setenv("ENCORE_SECRET", SECRET)
    page = {}
    exec(compile(code, str(PAGE), "exec"), page)  # noqa: S102
    settings.PRIVATE_ADDRESSES_ALLOWED = True
    with receiving() as receiver:
        endpoint = WebhookEndpoint.objects.create(name="CRM", url=receiver.url, secret=SECRET, kinds=["asked"])
        endpoints.change_secret(endpoint, timezone.now())
        customer = make_customer(external_id="C-7")
        record("asked", customer=customer, occurred_at=timezone.now(), source="test", key="1")
        sending.send_due(timezone.now())
        [headers], [body] = receiver.headers, receiver.heard

    assert [page["receive"](headers, body) for _turn in range(2)] == [204, 204]
    assert capsys.readouterr().out == "asked C-7\n"
    assert page["receive"](headers, body.replace(b"C-7", b"C-8")) == 401


def test_the_page_describes_every_kind_that_can_be_chosen():
    table = re.findall(r"^\| (`.+?) \|", PAGE.read_text(), re.MULTILINE)
    described = set()
    for cell in table:
        words = re.findall(r"`([^`]+)`", cell)
        group = words[0].partition(".")[0]
        described |= {group + word if word.startswith(".") else word for word in words}

    assert OFFERED | {CALL, TEST} <= described
