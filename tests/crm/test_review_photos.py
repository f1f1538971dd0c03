"""What customers send as photos: made anew, told apart, refused in words, and never more than a handful."""

import io

import pytest
from PIL import Image

from crm.models import ReviewPhoto
from crm.pictures.photos import MOST_BYTES, photo_of
from crm.pictures.shrinking import PictureError
from crm.service.reviews.photos import add_photo, remove_photos
from crm.service.reviews.writing import draft
from tests.conftest import make_order
from tests.crm.test_reviews import words
from tests.photos import bomb_of_pixels, photo, photo_with_a_place


def opened(data):
    return Image.open(io.BytesIO(data))


def test_a_photo_is_made_small_upright_and_tells_no_place():
    made = photo_of(photo_with_a_place())

    assert (made.large.width, made.large.height) == (200, 400)
    assert opened(made.large.data).format == "JPEG"
    assert not opened(made.large.data).getexif()
    for told in (made.large.data, made.small.data):
        assert b"camera" not in told
        assert b"Exif" not in told


def test_a_large_one_fits_the_screen_and_its_thumbnail_a_letter():
    made = photo_of(photo((4000, 3000)))

    assert (made.large.width, made.large.height) == (1600, 1200)
    assert (made.small.width, made.small.height) == (320, 240)


def test_what_shows_through_lies_on_white():
    made = photo_of(photo(kind="PNG", mode="RGBA", color=(0, 0, 0, 0)))

    assert made.large.extension == "jpg"
    assert opened(made.large.data).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_the_forms_of_cameras_and_screens_are_read(kind):
    assert photo_of(photo(kind=kind)).large.extension == "jpg"


def test_what_is_hung_on_to_a_picture_is_left_behind():
    script = b"<script>alert(1)</script><?php system($_GET[0]); ?>PK\x03\x04"

    made = photo_of(photo() + script)

    assert b"script" not in made.large.data
    assert b"PK\x03\x04" not in made.large.data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html>" + photo(),
        photo()[:300],
        b"PK\x03\x04" + b"0" * 500,
        photo(kind="BMP"),
        photo(kind="TIFF"),
    ],
    ids=["nothing", "svg", "html before a picture", "cut off", "zip", "bmp", "tiff"],
)
def test_what_is_no_photo_is_refused_in_words(data):
    with pytest.raises(PictureError, match="no picture that can be read"):
        photo_of(data)


@pytest.mark.parametrize("size", [(10_000, 10_000), (30_000, 30_000)])
def test_a_bomb_of_pixels_is_refused_before_it_is_unpacked(size):
    bomb = bomb_of_pixels(size[0], 1)[:16] + size[0].to_bytes(4) + size[1].to_bytes(4)

    with pytest.raises(PictureError):
        photo_of(bomb + bomb_of_pixels(10, 10)[24:])


def test_a_hundred_million_pixels_are_too_many():
    with pytest.raises(PictureError, match="million pixels"):
        photo_of(photo((10_000, 10_000), kind="PNG", mode="L", color=0))


def test_what_is_too_large_is_refused_before_it_is_looked_at():
    with pytest.raises(PictureError, match="8 MB"):
        photo_of(b"0" * (MOST_BYTES + 1))


@pytest.fixture
def review(db, now):
    order = make_order()
    return draft(order.customer, order=order, product=order.lines.get().product, words=words(), at=now)


def test_the_same_file_is_kept_once(review, now):
    first, again = (add_photo(review, photo(), "home.jpg", at=now) for _time in range(2))

    assert first == again == ReviewPhoto.objects.get()
    assert (first.name, first.width, first.height) == ("home.jpg", 100, 50)


def test_there_is_room_for_five(review, now):
    for number in range(5):
        add_photo(review, photo((10 + number, 10)), "home.jpg", at=now)

    with pytest.raises(ValueError, match="room for 5"):
        add_photo(review, photo((90, 10)), "sixth.jpg", at=now)
    assert review.photos.count() == 5


def test_its_author_takes_a_photo_back_and_nobody_elses(review, now):
    own = add_photo(review, photo(), "home.jpg", at=now)
    order = make_order()
    other = draft(order.customer, order=order, product=None, words=words(), at=now)
    theirs = add_photo(other, photo(), "theirs.jpg", at=now)

    assert remove_photos(review, [own.pk, theirs.pk], at=now) == 1
    assert ReviewPhoto.objects.get() == theirs
