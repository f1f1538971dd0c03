"""Letters as they come in, for tests."""

import datetime as dt
from email.message import EmailMessage

from chains.engine.run import tick
from chains.models import Touch
from tests.chains.factories import live_chain, message
from tests.conftest import make_customer, make_order

MINUTE = dt.timedelta(minutes=1)
SHOP, HELP = "shop@kettle.example.com", "help@kettle.example.com"


def sent_touch(now, *steps, customer=None, **chain):
    """A touch that went out to a customer, by a chain of one service letter unless told otherwise."""
    live_chain(*(steps or (message(),)), at=now - MINUTE, **chain)
    customer = customer or make_customer(email="ann@example.com")
    make_order(customer=customer, placed_at=now)
    tick(now)
    return Touch.objects.sent().get(customer=customer)


def reply(text="Thank you!", *, to=HELP, sender="ann@example.com", key="<1@example.com>", **headers):
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = f"Ann <{sender}>", to, headers.pop("subject", "Re: Your kettle")
    letter["Message-ID"] = key
    for name, value in headers.items():
        letter[name.replace("_", "-")] = value
    letter.set_content(text)
    return letter.as_bytes()


def to(touch):
    return f"help+{touch.token}@kettle.example.com"


def delivery_report(touch, *, action="failed", status="5.1.1", to=SHOP, key="<dsn1@mx.example.com>"):
    """What a mail server sends when it could not deliver (RFC 3464)."""
    return f"""From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: {key}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.com.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; ann@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user here

--B
Content-Type: message/rfc822

From: shop@kettle.example.com
To: ann@example.com
Message-ID: {touch.message_id if touch else "<x@elsewhere.example.com>"}
Subject: Your kettle

Hello
--B--
""".replace("\n", "\r\n").encode()


def spam_report(touch, *, key="<arf1@isp.example.com>", message_id=None):
    """What a mailbox provider sends when its customer pressed "spam" (RFC 5965)."""
    return f"""From: <abuse@isp.example.com>
To: <shop@kettle.example.com>
Subject: FW: Your kettle
Message-ID: {key}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.

--B
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1

--B
Content-Type: message/rfc822

From: <shop@kettle.example.com>
To: <redacted@example.com>
Message-ID: {message_id or touch.message_id}
List-Unsubscribe: <http://127.0.0.1:8000/m/u/{touch.token}/>
Subject: Your kettle

Hello
--B--
""".replace("\n", "\r\n").encode()
