import pytest

from crm.addresses import normalise, normalise_email, normalise_phone


@pytest.mark.parametrize(
    ("reason", "told", "stored"),
    [
        ("case means nothing", " Ann.Lee@Example.COM ", "ann.lee@example.com"),
        ("a plus belongs to the address", "ann+shop@example.com", "ann+shop@example.com"),
        ("a domain in Cyrillic stays readable", "анна@почта.рф", "анна@почта.рф"),
        ("punycode is the same domain", "a@xn--80a1acny.xn--p1ai", "a@почта.рф"),
    ],
)
def test_email_is_stored_in_one_form(reason, told, stored):
    assert normalise_email(told) == stored, reason


@pytest.mark.parametrize("told", ["", "ann", "ann@", "@example.com", "a b@example.com", "a@b@c.com", "a\0@example.com"])
def test_what_is_no_email_is_refused_in_words(told):
    with pytest.raises(ValueError, match="is not an email address"):
        normalise_email(told)


def test_a_huge_email_is_refused_without_being_repeated():
    with pytest.raises(ValueError, match="…") as refusal:
        normalise_email("a" * 1_000_000 + "@example.com")

    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize(
    ("reason", "told", "country", "stored"),
    [
        ("international", "+7 (916) 123-45-67", "", "+79161234567"),
        ("national prefix of Russia", "8 916 123-45-67", "RU", "+79161234567"),
        ("without any prefix", "916 123 45 67", "ru", "+79161234567"),
        ("the plus beats the country", "+44 20 7946 0000", "RU", "+442079460000"),
        ("British", "020 7946 0000", "GB", "+442079460000"),
    ],
)
def test_phone_is_stored_in_one_form(reason, told, country, stored):
    assert normalise_phone(told, country) == stored, reason


@pytest.mark.parametrize(("told", "words"), [("8 916 123-45-67", "no country code"), ("+7 12", "not a phone number"),
                                            ("call me", "phone"), ("", "phone")])  # fmt: skip
def test_what_is_no_phone_is_refused_in_words(told, words):
    with pytest.raises(ValueError, match=words):
        normalise_phone(told)


def test_other_channels_keep_the_address_as_it_is():
    assert normalise("telegram", " 123456 ") == "123456"
    with pytest.raises(ValueError, match="is not an address"):
        normalise("push", "  ")
