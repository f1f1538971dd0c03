from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

import chains.channels
from chains.channels.registry import CHANNELS
from chains.channels.sms.settings import sms
from chains.channels.telegram.settings import telegram
from chains.models import Touch
from config.environment.channels import names, rates


def test_reads_rates_in_any_span():
    assert rates({"email": "", "sms": "10/s", "telegram": "90/m", "push": "7200/h"}) == {
        "sms": 10, "telegram": 1.5, "push": 2,
    }  # fmt: skip


@pytest.mark.parametrize("written", ["10", "ten/s", "0/s", "10/d", "-1/s", "1e9/s"])
def test_refuses_a_rate_it_cannot_read(written):
    with pytest.raises(ImproperlyConfigured, match="SMS_RATE must say how many"):
        rates({"sms": written})


def test_without_an_address_there_is_no_sms():
    assert sms("", {}) == {}


def test_reads_twilio():
    found = sms("twilio://AC1:se%40cret@%2B15005550006", {})

    assert (found["account"], found["secret"], found["sender"]) == ("AC1", "se@cret", "+15005550006")


def test_reads_a_gateway():
    found = sms(
        "https://gateway.example/send?key={{ key }}",
        {
            "SMS_HEADERS": "Authorization: Bearer a:b | Content-Type: text/xml",
            "SMS_IDEMPOTENT": "true",
            "SMS_METHOD": "put",
        },
    )

    assert found["headers"] == {"Authorization": "Bearer a:b", "Content-Type": "text/xml"}
    assert (found["method"], found["is_idempotent"]) == ("PUT", True)


@pytest.mark.parametrize(
    ("url", "options", "words"),
    [
        ("gateway.example", {}, "SMS_URL must be the address"),
        ("twilio://AC1@+15005550006", {}, "must name account, token and sender"),
        ("https://gateway.example/{{ phon }}", {}, r"SMS_URL names \{\{ phon \}\}; there are digits, key"),
        ("https://gateway.example", {"SMS_BODY": "{{ message }}"}, r"SMS_BODY names \{\{ message \}\}"),
        ("https://gateway.example", {"SMS_SUCCESS": "("}, "SMS_SUCCESS is not a regular expression"),
        ("https://gateway.example", {"SMS_MESSAGE_ID": "id"}, "SMS_MESSAGE_ID must hold one group"),
        ("https://gateway.example", {"SMS_HEADERS": "Bearer"}, "SMS_HEADERS must look like"),
    ],
)
def test_says_what_is_wrong_with_a_gateway(url, options, words):
    with pytest.raises(ImproperlyConfigured, match=words):
        sms(url, options)


@pytest.mark.parametrize(
    ("token", "bot", "words"),
    [("1:a", "", "belong together"), ("", "bot", "belong together"), ("token", "bot", "does not look like")],
)
def test_says_what_is_wrong_with_a_bot(token, bot, words):
    with pytest.raises(ImproperlyConfigured, match=words):
        telegram(token, bot)


def test_every_channel_that_has_a_provider_has_settings_and_a_rate():
    assert set(names()) == set(CHANNELS) - {Touch.Channel.STAFF_TASK}


def test_every_channel_has_a_folder_and_a_line_in_the_registry():
    assert list(CHANNELS) == Touch.Channel.values
    assert {file.parent.name for file in Path(chains.channels.__path__[0]).glob("*/channel.py")} == set(CHANNELS)
