import pytest
from django.core.exceptions import ImproperlyConfigured

from chains.channels.email.incoming_settings import bounce_address, inbox, prefixed, webhook_providers, webhook_secret


@pytest.mark.parametrize(
    ("named", "email_url", "expected"),
    [
        ([], "", []),
        ([], "smtp://mail.example.com", []),
        ([], "anymail+mailgun://KEY@mg.example.com", ["mailgun"]),
        ([], "anymail+scaleway://KEY@example.com", []),
        (["postmark", "sendgrid"], "anymail+mailgun://KEY@mg.example.com", ["postmark", "sendgrid"]),
    ],
)
def test_webhooks_are_open_for_the_provider_in_use(named, email_url, expected):
    assert webhook_providers(named, email_url) == expected


def test_an_unknown_provider_is_named():
    with pytest.raises(ImproperlyConfigured, match=r"pigeon.*mailgun"):
        webhook_providers(["pigeon"], "")


@pytest.mark.parametrize("secret", ["long-enough-but-no-name", "name:short", ":f3Jx92mQk4vTz81p"])
def test_a_secret_that_can_be_guessed_is_refused(secret):
    with pytest.raises(ImproperlyConfigured, match="WEBHOOK_SECRET"):
        webhook_secret(secret)


def test_a_good_secret_is_taken():
    assert webhook_secret("encore:f3Jx92mQk4vTz81p") == "encore:f3Jx92mQk4vTz81p"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "imaps://help%40shop.example:p%2Fw@imap.shop.example/INBOX",
        "imap+tls://help:pw@imap.shop.example:143",
        "imap://help:pw@127.0.0.1/INBOX?done=Taken",
    ],
)
def test_takes_a_mailbox(url):
    assert inbox(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "pop3://help:pw@shop.example",
        "imaps://shop.example/INBOX",
        "imaps://help@shop.example/INBOX",
        "imaps://help:pw@/INBOX",
        "imaps://help:pw@shop.example:nine/INBOX",
        "imaps://help:pw@shop.example/INBOX?delete=yes",
        "imaps://help:pw@shop.example/%D0%9E%D1%82%D0%B2%D0%B5%D1%82%D1%8B",
    ],
)
def test_says_what_is_wrong_with_a_mailbox_and_not_its_password(url):
    with pytest.raises(ImproperlyConfigured, match="INBOX_URL") as told:
        inbox(url)
    assert "pw" not in str(told.value)


def test_an_address_for_bounces_has_room_for_a_token():
    assert bounce_address("") == ""
    assert bounce_address("bounces@shop.example") == "bounces@shop.example"
    for wrong in ("bounces", "a+b@shop.example", "a b@shop.example"):
        with pytest.raises(ImproperlyConfigured, match="BOUNCE_ADDRESS"):
            bounce_address(wrong)


def test_further_settings_of_a_provider_come_by_its_names():
    environ = {"ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY": "k", "PATH": "/bin"}

    assert prefixed("ANYMAIL_", environ) == {"MAILGUN_WEBHOOK_SIGNING_KEY": "k"}
