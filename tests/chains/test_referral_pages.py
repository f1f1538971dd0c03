"""The kit that customers forward, the page on which friends land, and letters that ask for a recommendation."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from PIL import Image

from chains.engine.deliver.confirmations import send_due
from chains.engine.run import tick
from chains.models import SignUp, SignUpForm, Touch
from crm.models import Coupon, Customer, Event, Referral, ReferralCode, ReferralProgramme
from crm.privacy.erase import erase
from crm.referrals.codes import code_of
from crm.referrals.happenings import note_asked
from tests.chains.factories import live_chain, message, write
from tests.chains.test_offer_blocks import block
from tests.chains.written_messages import make_touch
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


@pytest.fixture
def programme(shop):
    found = ReferralProgramme.load()
    found.is_on = True
    found.recommender_kind, found.recommender_value = "points", Decimal(500)
    found.friend_kind, found.friend_value = "percent", Decimal(10)
    found.examples_url = "https://kettle.example.com/cases"
    found.save()
    return found


@pytest.fixture
def ann(programme):
    return make_customer(first_name="Ann", last_name="Brown", email="ann@example.com")


@pytest.fixture
def visitor():
    """No cookies, and CSRF checked as in production."""
    return Client(enforce_csrf_checks=True, headers={"User-Agent": BROWSER})


def address(customer, behind=""):
    return f"/r/{code_of(customer, NOW).replace('-', '')}{behind}"


def sign_up(visitor, ann, email="ben@example.com"):
    answer = visitor.post(address(ann), {"email": email, "first_name": "Ben"}, follow=True)
    send_due(timezone.now())
    return answer


def confirm(visitor):
    return visitor.post(f"/m/y/{SignUp.objects.latest('pk').token}/")


def test_the_landing_page_says_who_recommends_and_what_the_friend_gets_and_changes_nothing(visitor, ann):
    path = address(ann)
    before = Event.objects.count()

    page = visitor.get(path)

    assert page.status_code == 200
    for told in ("Ann recommends Kettle &amp; Co to you", "10\xa0% off", code_of(ann, NOW), "ref=", "cases"):
        assert told in page.text
    assert "Brown" not in page.text
    assert "ann@example.com" not in page.text
    assert (Event.objects.count(), SignUpForm.objects.count()) == (before, 0)
    assert page["Referrer-Policy"] == "no-referrer"


def test_a_friend_who_confirms_gets_the_welcome_and_is_a_customer_with_a_source(visitor, ann):
    assert "One step is left" in sign_up(visitor, ann).text
    assert not Customer.objects.filter(source="referral").exists()

    page = confirm(visitor)

    ben = Customer.objects.get(source="referral")
    coupon = Coupon.objects.get(customer=ben)
    assert coupon.code in page.text
    assert Referral.objects.get().recommender == ann
    assert len(mail.outbox) == 1
    again = confirm(visitor)
    assert coupon.code in again.text
    assert (Referral.objects.count(), Coupon.objects.count()) == (1, 1)


def test_a_customer_who_signs_up_as_a_friend_learns_so_only_from_their_own_mailbox(visitor, ann):
    make_order(customer=make_customer(email="ben@example.com"))

    answer = sign_up(visitor, ann)

    assert "One step is left" in answer.text
    page = confirm(visitor)
    assert "They are a customer already" in page.text
    assert not Referral.objects.exists()
    assert not Coupon.objects.exists()


def test_wrong_addresses_are_told_at_the_field(visitor, ann):
    page = visitor.post(address(ann), {"email": "no address"})

    assert page.status_code == 400
    assert "is not an email address" in page.text


@pytest.mark.parametrize("end", ["off", "erased", "unknown"])
def test_a_dead_code_is_met_politely(visitor, programme, ann, end):
    path = address(ann)
    if end == "off":
        ReferralProgramme.objects.update(is_on=False)
    elif end == "erased":
        erase(ann, at=NOW)
    else:
        path = "/r/ZZZZZZZZ"

    for page in (visitor.get(path), visitor.post(path, {"email": "ben@example.com"})):
        assert page.status_code == 404
        assert "This recommendation is over" in page.text


def test_a_look_of_a_person_counts_once_a_day_and_that_of_a_program_never(visitor, ann):
    for _time in range(2):
        assert visitor.post(address(ann, "/seen")).status_code == 204
    visitor.post(address(ann, "/seen"), headers={"User-Agent": "Googlebot/2.1"})
    visitor.post(address(ann, "/seen"), headers={"User-Agent": f"{BROWSER} Other"})

    assert visitor.get(address(ann, "/seen")).status_code == 405
    assert Event.objects.filter(kind="referral.visited", customer=ann).count() == 2


def test_the_kit_has_words_ways_pictures_and_counts(visitor, ann):
    touch = make_touch(ann)
    visitor.post(address(ann, "/forward"), {"by": "copy"})

    page = visitor.get(f"/m/k/{touch.token}/")

    for told in ("I buy at Kettle &amp; Co", "WhatsApp", "Telegram", "mailto:?subject=", "500 points", "9-18"):
        assert told in page.text
    assert touch.token not in page.text
    assert "What came of it" in page.text


def test_forwarding_counts_and_leads_on_with_the_words_as_they_were_changed(visitor, ann):
    answer = visitor.post(address(ann, "/forward"), {"by": "whatsapp", "words": "Buy & see"})
    elsewhere = visitor.post(address(ann, "/forward"), {"by": "https://evil.example.com", "words": "x"})

    assert answer.status_code == 303
    assert answer["Location"].startswith("https://wa.me/?text=Buy%20%26%20see%20")
    assert answer["Location"].endswith(address(ann))
    assert (elsewhere.status_code, visitor.get(address(ann, "/forward")).status_code) == (204, 405)
    assert list(Event.objects.filter(kind="referral.forwarded").order_by("pk").values_list("properties__by")) == [
        ("whatsapp",),
        ("other",),
    ]


def test_forwarding_is_limited(visitor, ann):
    answers = [visitor.post(address(ann, "/forward"), {"by": "copy"}).status_code for _time in range(32)]

    assert answers.count(204) == 30
    assert answers[-1] == 429


@pytest.mark.parametrize(("form", "size"), [("card", (1200, 630)), ("story", (1080, 1920))])
def test_the_picture_is_drawn_in_the_size_of_its_place(visitor, ann, form, size):
    answer = visitor.get(address(ann, f"/{form}.png"))

    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (answer["Content-Type"], picture.format, picture.size) == ("image/png", "PNG", size)
    assert visitor.get(address(ann, "/poster.png")).status_code == 404


def test_whoever_has_no_code_yet_gets_one_by_a_press_and_never_by_a_look(visitor, ann):
    kit = f"/m/k/{make_touch(ann).token}/"

    looked = visitor.get(kit)
    before = ReferralCode.objects.count()
    pressed = [visitor.post(kit, follow=True) for _time in range(2)]

    assert "Get my link" in looked.text
    assert before == 0
    assert ReferralCode.objects.filter(customer=ann).count() == 1
    assert "WhatsApp" in pressed[-1].text


def test_the_kit_says_so_while_there_is_no_programme(visitor, shop):
    page = visitor.get(f"/m/k/{make_touch().token}/")

    assert "There is no programme for it at the moment." in page.text
    assert not ReferralCode.objects.exists()


def ask(shop, *, days=180, if_none="skip_message"):
    step = message()
    write(step["template"], blocks=[block("referral_kit", title="Tell a friend", pause_days=days, if_none=if_none)])
    live_chain(step, at=NOW - dt.timedelta(hours=1))


def test_a_letter_asks_with_what_both_get_and_a_button_to_the_kit(shop, ann, mailoutbox):
    ask(shop)
    make_order(customer=ann)

    tick(NOW)

    [letter] = mailoutbox
    token = Touch.objects.get().token
    for told in ("Tell a friend", "Your friend gets: 10\xa0% off", "You get: 500 points", f"/m/k/{token}/"):
        assert told in letter.body
    assert ReferralCode.objects.filter(customer=ann).count() == 1


def test_nobody_is_asked_again_within_the_days_whoever_asked(shop, ann, mailoutbox):
    ask(shop)
    note_asked([ann.pk], key="agent", at=NOW - dt.timedelta(days=179))
    make_order(customer=ann)

    tick(NOW)

    assert Touch.objects.get().reason == Touch.Reason.NOTHING_TO_SHOW
    assert mailoutbox == []


def test_a_letter_that_asked_counts_as_asking(shop, ann, mailoutbox):
    ask(shop)
    make_order(customer=ann)
    tick(NOW)
    make_order(customer=ann, placed_at=NOW + dt.timedelta(days=2))

    tick(NOW + dt.timedelta(days=2))

    assert len(mailoutbox) == 1


def test_placeholders_name_code_link_and_what_both_get(shop, ann, mailoutbox):
    words = "{{ referral.code }} {{ referral.url }} {{ referral.friend_gets }} {{ referral.recommender_gets }}"
    step = message()
    write(step["template"], words=words)
    live_chain(step, at=NOW - dt.timedelta(hours=1))
    make_order(customer=ann)

    tick(NOW)

    code = code_of(ann, NOW)
    assert f"{code} " in mailoutbox[0].body
    assert "10\xa0% off 500 points" in mailoutbox[0].body
