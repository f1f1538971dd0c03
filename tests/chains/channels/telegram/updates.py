"""What Telegram tells of a chat, for tests."""

import itertools
import json

from chains.channels.telegram.webhook import webhook_secret
from crm.models import Channel
from tests.chains.channels.setups import TOKEN
from tests.chains.written_messages import make_touch
from tests.conftest import NOW, make_customer

CHAT = 42
DATE = int(NOW.timestamp())
_number = itertools.count(100)


def set_up_bot(settings):
    settings.TELEGRAM_TOKEN, settings.TELEGRAM_BOT = TOKEN, "kettle_bot"


def tell(client, update):
    head = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret()}
    return client.post("/hooks/telegram/", json.dumps(update), content_type="application/json", headers=head)


def written(kind="message", **content):
    """An update with a message of its own number, unless it is named."""
    number = next(_number)
    message = {
        "message_id": number,
        "date": DATE,
        "chat": {"id": CHAT, "type": "private"},
        "from": {"id": CHAT, "language_code": "en"},
    }
    return {"update_id": number, kind: message | content}


def corrected(**content):
    return written("edited_message", **{"edit_date": DATE + 60} | content)


def file(name="A", **told):
    return {"file_id": f"id-{name}", "file_unique_id": name, **told}


def connected(client, customer=None):
    """A customer whose chat is connected."""
    touch = make_touch(customer or make_customer(email="ann@example.com"))
    tell(client, written(text=f"/start {touch.token}"))
    assert touch.customer.contacts.filter(channel=Channel.TELEGRAM).exists()
    return touch.customer
