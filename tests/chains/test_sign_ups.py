import datetime as dt
import json

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chains.engine.deliver.confirmations import PAUSES, send_due
from chains.engine.run import tick
from chains.models import SignUp, SignUpForm, Touch
from chains.sign_ups import confirming
from chains.sign_ups.asking import LETTERS_AT_MOST, SIGN_UPS_AN_HOUR, Visitor, ask
from chains.sign_ups.forgetting import forget_expired
from crm.models import Contact, Customer, Event
from crm.privacy.erase import erase
from crm.privacy.export import export_person
from tests.chains.factories import live_chain, message
from tests.conftest import NOW, make_customer

pytestmark = pytest.mark.django_db

WORDING = "I agree to get recipes and offers from Kettle & Co <b>by email</b>."
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def form(shop):
    return SignUpForm.objects.create(name="Footer", title="Kettle letters", wording=WORDING, language="en")


@pytest.fixture
def outsider(shop):
    """Another site's visitor: no cookies, and CSRF checked as in production."""
    return Client(
        enforce_csrf_checks=True, headers={"User-Agent": "A browser", "Referer": "https://kettle.example.com/"}
    )


def page(form):
    return reverse("chains:sign-up", args=[form.key])


def sign_up(client, form, email="ann@example.com", **typed):
    return client.post(page(form), {"email": email, **typed}, follow=True)


def press(client, found):
    return client.post(reverse("chains:confirm", args=[found.token]))


def test_a_stranger_becomes_a_customer_only_when_they_confirm(outsider, form):
    answer = sign_up(outsider, form, " Ann@Example.com ")
    assert "One step is left" in answer.text
    assert send_due(timezone.now()) == 1
    assert not Customer.objects.exists()
    found = SignUp.objects.get()
    asked = outsider.get(reverse("chains:confirm", args=[found.token]))
    assert "&lt;b&gt;by email&lt;/b&gt;" in asked.text
    assert not Customer.objects.exists()

    assert "Thank you" in press(outsider, found).text
    assert "Thank you" in press(outsider, found).text

    ann = Customer.objects.get()
    assert (ann.language, ann.source) == ("en", "form: Footer")
    contact = ann.contacts.get()
    assert (contact.address, contact.marketing_consent) == ("ann@example.com", "granted")
    line = ann.consent_records.get()
    assert (line.wording, line.source) == (WORDING, "form: Footer")
    assert line.evidence["ip"] == "127.0.0.1"
    assert line.evidence["user_agent"] == line.evidence["asked_user_agent"] == "A browser"
    assert line.evidence["page"] == "https://kettle.example.com/"
    assert Event.objects.filter(kind="consent.changed").count() == 1


def test_the_letter_asks_and_advertises_nothing(outsider, form):
    sign_up(outsider, form)
    send_due(timezone.now())

    (letter,) = mail.outbox
    assert letter.to == ["ann@example.com"]
    assert letter.subject == "Please confirm: Kettle letters"
    link = f"/m/y/{SignUp.objects.get().token}/"
    assert link in letter.body
    assert link in letter.html
    assert "&lt;b&gt;by email&lt;/b&gt;" in letter.html
    assert WORDING in letter.body
    assert "List-Unsubscribe" not in letter.extra_headers
    assert "<img" not in letter.html


def test_words_of_the_shop_are_no_placeholders(outsider, form):
    form.title = "{{ customer.first_name }}"
    form.save()

    sign_up(outsider, form)
    send_due(timezone.now())

    assert "{{ customer.first_name }}" in mail.outbox[0].subject


def test_asked_again_there_is_no_second_letter_for_an_hour(form):
    for minutes, letters in ((0, 1), (30, 0), (61, 1), (200, 1), (400, 0)):
        at = NOW + dt.timedelta(minutes=minutes)
        ask(form, email="ann@example.com", at=at, visitor=Visitor())
        assert send_due(at) == letters

    assert SignUp.objects.get().letters_sent == LETTERS_AT_MOST


def test_an_address_typed_into_two_forms_gets_a_letter_an_hour(form):
    other = SignUpForm.objects.create(name="Blog", title="Blog", wording="Yes", language="en")
    ask(form, email="ann@example.com", at=NOW, visitor=Visitor())
    send_due(NOW)

    ask(other, email="ann@example.com", at=NOW, visitor=Visitor())

    assert send_due(NOW) == 0
    assert send_due(NOW + HOUR) == 1


def test_the_answer_does_not_tell_who_is_known(outsider, form):
    make_customer(email="known@example.com")

    known, unknown = (sign_up(outsider, form, f"{name}@example.com") for name in ("known", "unknown"))

    assert known.text == unknown.text
    assert known.redirect_chain == unknown.redirect_chain
    assert send_due(timezone.now()) == 2


def test_a_robot_that_fills_everything_in_is_thanked_and_forgotten(outsider, form):
    answer = sign_up(outsider, form, website="https://spam.example.com")

    assert "One step is left" in answer.text
    assert not SignUp.objects.exists()


def test_many_sign_ups_from_one_place_are_refused(outsider, form):
    answers = [sign_up(outsider, form, f"a{number}@example.com") for number in range(SIGN_UPS_AN_HOUR + 1)]

    assert [answer.status_code for answer in answers] == [200] * SIGN_UPS_AN_HOUR + [429]
    assert SignUp.objects.count() == SIGN_UPS_AN_HOUR


def test_sign_ups_from_one_place_are_counted_together_over_all_processes(outsider, form, monkeypatch):
    """Another process has a cache of its own; an address of six is one of all those its owner has."""
    monkeypatch.setattr("chains.sign_ups.asking.SIGN_UPS_AN_HOUR", 1)
    answers = []
    for number in range(2):
        cache.clear()
        outsider.defaults["REMOTE_ADDR"] = f"2001:db8::{number}"
        answers.append(sign_up(outsider, form, f"a{number}@example.com").status_code)

    assert answers == [200, 429]


def test_behind_a_proxy_the_address_it_has_seen_counts(outsider, form, settings):
    settings.PROXIES = 1

    outsider.post(page(form), {"email": "ann@example.com"}, headers={"X-Forwarded-For": "1.2.3.4, 203.0.113.9"})

    assert SignUp.objects.get().ip == "203.0.113.9"


@pytest.mark.parametrize(
    ("email", "words"), [("", "Type your email"), ("nobody", "is not an email"), ("a\x00@b.c", "is not an email")]
)
def test_what_is_no_address_is_said_and_nothing_is_kept(outsider, form, email, words):
    answer = sign_up(outsider, form, email)

    assert answer.status_code == 400
    assert words in answer.text or "\x00" in email
    assert not SignUp.objects.exists()


def test_after_its_days_the_link_has_run_out_and_the_address_is_forgotten(outsider, form):
    ask(form, email="ann@example.com", at=timezone.now() - dt.timedelta(days=8), visitor=Visitor())
    ask(form, email="bob@example.com", at=timezone.now(), visitor=Visitor())

    answer = press(outsider, SignUp.objects.get(email="ann@example.com"))

    assert answer.status_code == 410
    assert "It worked for 7 days." in answer.text
    assert not Customer.objects.exists()
    assert forget_expired(timezone.now()) == 1
    assert SignUp.objects.get().email == "bob@example.com"
    counted = SignUpForm.objects.with_counts().get()
    assert (counted.asked, counted.confirmed) == (2, 0)


def test_who_withdrew_before_may_confirm_anew(outsider, form):
    from crm.consent import withdraw

    ann = make_customer(email="ann@example.com")
    withdraw(ann, channel="email", address="ann@example.com", purpose="marketing", at=NOW, source="staff")
    Contact.objects.update(state="bounced", state_reason="550")
    sign_up(outsider, form)

    press(outsider, SignUp.objects.get())

    contact = ann.contacts.get()
    assert (contact.marketing_consent, contact.state) == ("granted", "active")
    assert Customer.objects.count() == 1


def test_a_welcome_chain_starts_when_they_confirm(outsider, form, shop):
    shop.quiet_from = shop.quiet_until
    shop.save()
    now = timezone.now()
    live_chain(message(), event="consent.changed", at=now - HOUR)
    sign_up(outsider, form)
    assert tick(timezone.now())["sent"] == 0

    press(outsider, SignUp.objects.get())
    tick(timezone.now())

    assert Touch.objects.get().customer == Customer.objects.get()


def test_topics_ticked_are_wanted_and_the_others_are_not(outsider, form):
    form.topics = ["tips", "offers"]
    form.save()
    ann = make_customer(email="ann@example.com", muted_topics=["tips", "recipes"])
    for email in ("ann@example.com", "new@example.com"):
        sign_up(outsider, form, email, topic=["tips"])
    assert 'value="offers"' in outsider.get(page(form)).text

    for found in SignUp.objects.all():
        press(outsider, found)

    ann.refresh_from_db()
    assert ann.muted_topics == ["recipes"]
    assert Customer.objects.exclude(pk=ann.pk).get().muted_topics == ["offers"]


def test_they_land_where_the_shop_says(outsider, form):
    form.landing_url = "https://kettle.example.com/welcome"
    form.save()
    sign_up(outsider, form)

    assert press(outsider, SignUp.objects.get()).headers["Location"] == form.landing_url


def test_a_closed_form_takes_nothing(outsider, form):
    SignUpForm.objects.update(is_open=False)

    assert "closed" in sign_up(outsider, form).text
    assert not SignUp.objects.exists()


@pytest.mark.parametrize("address", ["/m/f/nobodys/", "/m/f/nobodys/sent/", "/m/y/nobodys/"])
def test_an_address_of_nothing_is_refused_in_words(outsider, address):
    answer = outsider.get(address)

    assert answer.status_code == 404
    assert "This link does not work" in answer.text


def test_a_server_that_is_down_gets_the_letter_later(form, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    ask(form, email="ann@example.com", at=NOW, visitor=Visitor())
    assert send_due(NOW) == 0
    waiting = SignUp.objects.get()
    assert (waiting.letter_due_at, waiting.attempts) == (NOW + PAUSES[0], 1)
    assert waiting.refusal

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert send_due(NOW) == 0
    assert send_due(NOW + PAUSES[0]) == 1
    assert send_due(NOW + HOUR) == 0


def test_an_address_no_server_takes_is_not_tried_again(form):
    ask(form, email="ann@пример.рф", at=NOW, visitor=Visitor())
    SignUp.objects.update(email="ann b@example.com")

    assert send_due(NOW) == 0
    assert SignUp.objects.get().letter_due_at is None


def test_forgotten_between_the_page_and_the_button(form):
    ask(form, email="ann@example.com", at=NOW, visitor=Visitor())
    found = SignUp.objects.get()
    SignUp.objects.all().delete()

    with pytest.raises(SignUp.DoesNotExist):
        confirming.confirm(found, at=NOW, visitor=Visitor())

    assert not Customer.objects.exists()


def test_what_forms_hold_about_a_person_is_told_and_erased(form):
    other = SignUpForm.objects.create(name="Blog", title="Blog", wording="Yes", language="en")
    for one in (form, other):
        ask(one, email="ann@example.com", at=NOW, visitor=Visitor(ip="203.0.113.9", user_agent="A browser"))
    ask(form, email="bob@example.com", at=NOW, visitor=Visitor())
    confirming.confirm(SignUp.objects.get(form=form, email="ann@example.com"), at=NOW, visitor=Visitor())
    ann = Customer.objects.get()

    told = export_person(ann)["sign_ups"]
    assert [(row["form__name"], row["ip"]) for row in told] == [("Footer", "203.0.113.9"), ("Blog", "203.0.113.9")]
    certificate = erase(ann, at=NOW + HOUR)

    assert certificate["erased"]["sign_ups"] == 1
    assert "203.0.113.9" not in json.dumps(list(SignUp.objects.values()), default=str)
    assert set(SignUp.objects.values_list("email", flat=True)) == {"", "bob@example.com"}


def test_a_russian_form_speaks_russian(outsider, form):
    form.language, form.title = "ru", "Письма о чайниках"
    form.save()

    assert "Подписаться" in outsider.get(page(form)).text
    sign_up(outsider, form)
    send_due(timezone.now())
    assert mail.outbox[0].subject == "Подтвердите, пожалуйста: Письма о чайниках"


@pytest.mark.parametrize(("role", "status"), [("Marketing", 200), ("Managers", 200), ("Support", 403)])
def test_who_edits_forms(client, django_user_model, form, role, status):
    from django.contrib.auth.models import Group

    user = django_user_model.objects.create_user("sam", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    change = reverse("admin:chains_signupform_change", args=[form.pk])

    shown = client.get(change)

    assert [shown.status_code, client.get(reverse("admin:chains_signupform_letter", args=[form.pk])).status_code] == [
        status
    ] * 2
    if status == 200:
        assert f"/m/f/{form.key}/" in shown.text
        assert "&lt;form action=" in shown.text
        assert client.get(reverse("admin:chains_signupform_changelist")).status_code == 200
        typed = {"name": "New", "title": "New", "wording": "Yes", "language": "en", "days_to_confirm": "7"}
        client.post(reverse("admin:chains_signupform_add"), {**typed, "topics": ["tips"], "is_open": "on"})
        assert SignUpForm.objects.get(name="New").topics == ["tips"]
