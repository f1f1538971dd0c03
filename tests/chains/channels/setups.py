"""Each channel set up against a provider on this machine."""

import base64
import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chains.channels.registry import senders
from chains.channels.sender import OutgoingMessage
from chains.channels.sms.settings import sms
from chains.messages.short_message import ShortMessage

TOKEN = "1234567:TEST-token"


@dataclass(frozen=True)
class Setup:
    """How a provider says that it took a message, and that this recipient cannot be reached."""

    channel: str
    address: str
    taken: tuple
    rejected: tuple
    state: str


SETUPS = {
    "gateway": Setup("sms", "+79991234567", (200, {"id": "m-1"}), (400, {"error": "unknown subscriber"}), "invalid"),
    "twilio": Setup(
        "sms",
        "+15005550009",
        (201, {"sid": "SM1"}),
        (400, {"code": 21211, "message": "Invalid 'To'", "status": 400}),
        "invalid",
    ),
    "telegram": Setup(
        "telegram",
        "42",
        (200, {"ok": True, "result": {"message_id": 7}}),
        (403, {"ok": False, "description": "Forbidden: bot was blocked by the user"}),
        "stale",
    ),
    "push": Setup("push", "", (201, b""), (410, b"gone"), "stale"),
}


def set_up(name, url, settings):
    """The channel with its settings, and the address of a customer it can reach."""
    senders.cache_clear()
    settings.SMS, settings.TELEGRAM_TOKEN, settings.PUSH_CONTACT = {}, "", ""
    if name == "gateway":
        options = {"SMS_BAD_NUMBER": "unknown subscriber", "SMS_MESSAGE_ID": '"id": "([^"]+)"'}
        settings.SMS = sms(f"{url}/send", options)
    elif name == "twilio":
        settings.SMS = sms(f"twilio://AC1:secret@+15005550006?api={url}", {})
    elif name == "telegram":
        settings.TELEGRAM_TOKEN, settings.TELEGRAM_BOT, settings.TELEGRAM_API_URL = TOKEN, "kettle_bot", url
    elif name == "push":
        settings.PUSH_CONTACT, settings.PUSH_SERVICES = "help@kettle.example.com", [url]
    setup = SETUPS[name]
    address = subscribed(f"{url}/push/1").key if name == "push" else setup.address
    return senders()[setup.channel], address


def browser_keys():
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    raw = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {"p256dh": unpadded(raw), "auth": unpadded(os.urandom(16))}


def unpadded(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def subscribed(endpoint):
    from chains.models import PushSubscription

    key = PushSubscription.key_of(endpoint)
    return PushSubscription.objects.create(key=key, endpoint=endpoint, **browser_keys())


def outgoing(address, number=1, text="Your kettle is on its way", **content):
    return OutgoingMessage(
        touch_id=number,
        customer_id=number,
        order_id=None,
        address=address,
        name="Ann",
        purpose="service",
        language="en",
        token=f"token-{number}",
        message_id=f"<token-{number}@kettle.example.com>",
        content=ShortMessage(subject="Kettle", text=text, links=[], **content),
    )
