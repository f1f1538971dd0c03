import io

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from chains.models import LetterPicture
from crm.pictures import shrinking
from crm.pictures.shrinking import PictureError, shrink


def picture(size=(100, 50), kind="JPEG", mode="RGB", color=(200, 100, 40), **more):
    made = io.BytesIO()
    Image.new(mode, size, color).save(made, kind, **more)
    return made.getvalue()


def noise(size):
    made = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(made, "PNG")
    return made.getvalue()


def opened(shrunk):
    return Image.open(io.BytesIO(shrunk.data))


def test_a_large_picture_becomes_as_wide_as_letters_need():
    shrunk = shrink(noise((2400, 1000)))

    assert (shrunk.extension, shrunk.width, shrunk.height) == ("jpg", 1200, 500)
    assert opened(shrunk).size == (1200, 500)
    assert len(shrunk.data) < len(noise((2400, 1000))) / 5


def test_a_small_picture_keeps_its_size():
    assert shrink(picture((100, 50))).width == 100


def test_a_picture_is_turned_upright_and_tells_nothing_more():
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "A camera of somebody's"

    shrunk = shrink(picture((100, 50), exif=exif))

    assert (shrunk.width, shrunk.height) == (50, 100)
    assert not opened(shrunk).getexif()
    assert b"camera" not in shrunk.data


@pytest.mark.parametrize(
    ("color", "extension"), [((200, 100, 40, 0), "png"), ((200, 100, 40, 255), "jpg")], ids=["seen through", "opaque"]
)
def test_what_shows_through_stays_so(color, extension):
    assert shrink(picture(kind="PNG", mode="RGBA", color=color)).extension == extension


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script></html>",
        picture()[:200],
        picture(kind="BMP"),
    ],
    ids=["nothing", "a head alone", "svg", "html", "cut off", "another form"],
)
def test_what_is_no_picture_is_refused_in_words(data):
    with pytest.raises(PictureError, match="This is no picture that can be read"):
        shrink(data)


def test_a_bomb_of_pixels_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(shrinking, "MOST_PIXELS", 1_000)

    with pytest.raises(PictureError, match="pixels"):
        shrink(picture((100, 50), kind="PNG"))


@pytest.fixture
def marketer(client, shop, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    user = User.objects.create_user("mia", "mia@example.com", "pw", is_staff=True)
    user.groups.add(Group.objects.get(name="Marketing"))
    client.force_login(user)
    return client


@pytest.mark.django_db
def test_is_served_to_whoever_opens_a_letter_for_a_year(marketer, client):
    file = SimpleUploadedFile("Kettle <1>.jpg", picture())

    told = marketer.post(reverse("admin:chains_composer_pictures"), {"file": file}).json()

    kept = LetterPicture.objects.get()
    assert (told["url"], kept.uploaded_by.username) == (kept.url, "mia")
    client.logout()
    served = client.get(told["url"].removeprefix("http://127.0.0.1:8000"))
    assert served.status_code == 200
    assert served["Content-Type"] == "image/jpeg"
    assert served["Cache-Control"] == "public, max-age=31536000, immutable"
    assert b"".join(served.streaming_content)[:2] == b"\xff\xd8"


@pytest.mark.django_db
def test_is_offered_again(marketer):
    marketer.post(reverse("admin:chains_composer_pictures"), {"file": SimpleUploadedFile("a.png", picture())})

    offered = marketer.get(reverse("admin:chains_composer_pictures")).json()["pictures"]

    assert [(one["name"], one["width"], one["height"]) for one in offered] == [("a.png", 100, 50)]


@pytest.mark.django_db
def test_what_is_no_picture_leaves_nothing(marketer, tmp_path):
    answer = marketer.post(reverse("admin:chains_composer_pictures"), {"file": SimpleUploadedFile("a.svg", b"<svg/>")})

    assert answer.status_code == 400
    assert "no picture" in answer.json()["problem"]
    assert not LetterPicture.objects.exists()
    assert list(tmp_path.rglob("*.*")) == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["..", "x", "a" * 22 + ".jpg", "a" * 22 + ".svg", "..%2f..%2fsecret_key"])
def test_other_names_lead_nowhere(client, shop, name):
    assert client.get(f"/m/pictures/{name}").status_code == 404
