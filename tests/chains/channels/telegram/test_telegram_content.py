"""Whatever a customer sends to the bot reaches a person, or is answered in words."""

import datetime as dt

import pytest

from chains.channels.telegram.content import content_of
from crm.models import Case, CaseAttachment, CaseMessage
from crm.service import cases
from tests.chains.channels.telegram.updates import CHAT, DATE, connected, corrected, file, set_up_bot, tell, written
from tests.conftest import NOW, make_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

THANKS = "Thank you, a person reads this and answers you."
CANNOT_READ = "This cannot be read here. Please tell us in words, or send a picture or a file."
BERLIN = {"latitude": 52.52, "longitude": 13.405}


@pytest.fixture
def say(client, settings):
    set_up_bot(settings)
    return lambda update: tell(client, update)


@pytest.mark.parametrize(
    ("content", "words", "names"),
    [
        ({"text": "Where is it?"}, "Where is it?", []),
        ({"photo": [file("s"), file("L")], "caption": "The lid is broken"}, "The lid is broken", ["picture.jpg"]),
        ({"photo": [file()]}, "(sent a picture)", ["picture.jpg"]),
        ({"document": file(file_name="receipt.pdf")}, "(sent a file)", ["receipt.pdf"]),
        ({"document": file(file_name=" a\r\nb .pdf")}, "(sent a file)", ["a b .pdf"]),
        ({"document": file()}, "(sent a file)", ["file"]),
        ({"animation": file("g"), "document": file("g")}, "(sent an animation)", ["animation.mp4"]),
        ({"voice": file(duration=4)}, "(sent a voice message)", ["voice.ogg"]),
        ({"audio": file(file_name="noise.mp3"), "caption": "It hums"}, "It hums", ["noise.mp3"]),
        ({"video": file()}, "(sent a video)", ["video.mp4"]),
        ({"video_note": file()}, "(sent a video message)", ["video-message.mp4"]),
        ({"sticker": file(emoji="😡")}, "(sent a sticker) 😡", ["sticker.webp"]),
        ({"location": BERLIN}, "(sent where they are) 52.520000, 13.405000", []),
        (
            {"venue": {"location": BERLIN, "title": "Depot", "address": "Main St 1"}, "location": BERLIN},
            "(sent a place) Depot, Main St 1: 52.520000, 13.405000",
            [],
        ),
        ({"contact": {"phone_number": "+4930", "first_name": "Bob"}}, "(sent a contact) Bob +4930", []),
        ({"poll": {"question": "Red or blue?"}}, "(sent a poll) Red or blue?", []),
        ({"dice": {"emoji": "🎲", "value": 3}}, "🎲", []),
        ({"text": "a\0b\ud800"}, "ab?", []),
    ],
)
def test_of_each_message_its_words_and_its_file_are_kept(content, words, names):
    found = content_of(content)

    assert (found.words, [attached.name for attached in found.files]) == (words, names)


def test_of_a_picture_the_largest_size_is_kept():
    (picture,) = content_of({"photo": [file("s", file_size=9), file("L", file_size=90)]}).files

    assert (picture.key, picture.remote_id, picture.size, picture.content_type) == ("L", "id-L", 90, "image/jpeg")


@pytest.mark.parametrize("content", [{}, {"text": " "}, {"photo": []}, {"story": {"id": 1}}, {"game": {"title": "x"}}])
def test_some_messages_hold_nothing_the_bot_can_take(content):
    assert content_of(content) is None


def test_a_picture_with_words_opens_a_case_with_both(client, say):
    ann = connected(client)

    answer = say(written(photo=[file()], caption="The lid is broken\nSince Monday")).json()

    assert answer["text"] == THANKS
    case = Case.objects.get()
    assert (case.customer, case.channel, case.subject, case.unanswered_at) == (
        ann,
        "messenger",
        "The lid is broken",
        NOW,
    )
    message = case.messages.get()
    assert (message.channel, message.address, message.text) == ("telegram", "42", "The lid is broken\nSince Monday")
    kept = message.attachments.get()
    assert (kept.name, kept.remote_id, kept.content, kept.fetch_due_at) == ("picture.jpg", "id-A", None, NOW)


def test_words_of_a_picture_may_make_it_a_complaint(client, say):
    connected(client)

    say(written(photo=[file()], caption="I want a refund"))

    assert Case.objects.get().kind == "complaint"


def test_an_album_is_one_letter_thanked_for_once_however_often_its_pieces_are_told(client, say):
    connected(client)
    pieces = [
        written(photo=[file("A")], media_group_id="7"),
        written(photo=[file("B")], media_group_id="7", caption="Both halves"),
        written(video=file("C"), media_group_id="7"),
    ]

    answers = [say(piece).content for piece in [*pieces, *pieces]]

    assert [bool(answer) for answer in answers] == [True, False, False, False, False, False]
    message = CaseMessage.objects.get()
    assert message.text.splitlines() == ["(sent a picture)", "Both halves", "(sent a video)"]
    assert sorted(message.attachments.values_list("key", flat=True)) == ["A", "B", "C"]


def test_a_correction_is_added_to_the_case_of_what_it_corrects(client, say):
    ann = connected(client)
    say(written(message_id=5, text="The kettle leaks"))
    case = Case.objects.get()
    make_case(ann, kind="question", subject="Newer", at=NOW + dt.timedelta(hours=1))
    change = corrected(message_id=5, text="I mean the lid leaks")

    assert say(change).json()["text"] == THANKS
    assert say(change).status_code == 200

    texts = ["The kettle leaks", "Corrected: I mean the lid leaks"]
    assert [message.text for message in case.messages.all()] == texts
    assert CaseMessage.objects.count() == 2


def test_a_correction_of_what_is_not_known_is_heard_too(client, say):
    connected(client)

    say(corrected(message_id=1, photo=[file()], caption="This one"))

    assert CaseMessage.objects.get().text == "Corrected: This one"
    assert CaseAttachment.objects.get().key == "A"


def test_a_correction_that_does_not_say_when_is_one_all_the_same(client, say):
    connected(client)
    say(written(message_id=5, text="The kettle leaks"))

    say(written("edited_message", message_id=5, text="The lid leaks"))

    assert [message.text for message in CaseMessage.objects.all()] == ["The kettle leaks", "Corrected: The lid leaks"]


def test_words_corrected_to_stop_end_it(client, say):
    ann = connected(client)

    say(corrected(text="/stop"))

    assert ann.contacts.get(channel="telegram").marketing_consent == "withdrawn"


@pytest.mark.parametrize(
    "update",
    [
        corrected(location=BERLIN | {"live_period": 900}),
        written(pinned_message={"message_id": 1}),
        written(message_auto_delete_timer_changed={"message_auto_delete_time": 60}),
        written(photo=[file()], chat={"id": CHAT, "type": "group"}),
        {"update_id": 1, "message_reaction": {"chat": {"id": CHAT}}},
    ],
)
def test_what_says_nothing_is_passed_over(client, say, update):
    connected(client)

    answer = say(update)

    assert (answer.status_code, answer.content) == (200, b"")
    assert not CaseMessage.objects.exists()


@pytest.mark.parametrize("content", [{"story": {"id": 1}}, {"paid_media": {"star_count": 1}}, {"photo": []}, {}])
def test_what_the_bot_cannot_take_is_answered_in_words(client, say, content):
    connected(client)

    assert say(written(**content)).json() == {"method": "sendMessage", "chat_id": CHAT, "text": CANNOT_READ}
    assert not CaseMessage.objects.exists()


def test_a_stranger_with_a_picture_learns_how_to_connect(say):
    assert say(written(photo=[file()])).json()["text"].startswith("Please press the link")
    assert not CaseMessage.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        {"text": "x", "date": 10**20},
        {"photo": [{}]},
        {"photo": 5},
        {"voice": "x"},
        {"location": {"latitude": "north"}},
        {"text": "x", "chat": {"id": "me", "type": "private"}},
    ],
)
def test_a_message_that_is_none_is_refused(client, say, content):
    connected(client)

    assert say(written(**content)).status_code == 400


def test_who_writes_in_the_chat_after_the_matter_was_settled_opens_it_again(client, say):
    ann = connected(client)
    say(written(text="I want a refund"))
    case = Case.objects.get()
    cases.resolve(case, at=NOW + dt.timedelta(minutes=5))

    say(written(voice=file(), date=DATE + 600))

    case.refresh_from_db()
    assert (case.resolved_at, case.kind, case.messages.count()) == (None, "complaint", 2)
    assert ann.cases.count() == 1


def test_what_answers_a_message_of_an_older_matter_goes_there(client, say):
    ann = connected(client)
    say(written(message_id=5, text="First"))
    first = Case.objects.get()
    cases.resolve(first, at=NOW)
    newer = make_case(ann, kind="question", at=NOW)

    say(written(text="In the chat"))
    say(written(text="To the first", reply_to_message={"message_id": 5}))

    assert [message.text for message in newer.messages.all()] == ["In the chat"]
    assert [message.text for message in first.messages.all()] == ["First", "To the first"]
