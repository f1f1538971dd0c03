"""A picture as somebody's camera made it, as one fit to be shown: small, upright, and telling nothing more."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
QUALITIES = (85, 75, 65, 55)
COLORS = 256
WHITE = "#ffffff"

TOO_LARGE, TOO_MANY_PIXELS, NO_PICTURE = "too large", "too many pixels", "no picture"
WORDS = {
    TOO_LARGE: _("The picture is larger than %(most)d MB."),
    TOO_MANY_PIXELS: _("The picture has more than %(most)d million pixels."),
    NO_PICTURE: _("This is no picture that can be read: choose a JPEG, PNG, GIF or WebP file."),
}


class PictureError(ValueError):
    """Why a file is not taken. Put into words by whoever reads it: a process of its own knows no language."""

    def __init__(self, reason: str, most: int = 0) -> None:
        super().__init__(reason, most)
        self.reason, self.most = reason, most

    def __str__(self) -> str:
        return str(WORDS[self.reason]) % {"most": self.most}


@dataclass(frozen=True)
class Frame:
    """What a picture has to fit into. What shows through is kept, or lies on white."""

    widest: int
    tallest: int
    aimed_bytes: int
    most_bytes: int = 20_000_000
    keeps_alpha: bool = False


@dataclass(frozen=True)
class Shrunk:
    data: bytes
    extension: str
    width: int
    height: int


# Twice the 600 px of a letter, for screens with fine points.
LETTER = Frame(widest=1200, tallest=4000, aimed_bytes=200_000, keeps_alpha=True)


def shrink(data: bytes, frame: Frame = LETTER) -> Shrunk:
    """Within the frame, JPEG or, where something shows through, PNG; raises PictureError."""
    if len(data) > frame.most_bytes:
        raise PictureError(TOO_LARGE, frame.most_bytes // 1_000_000)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _shrunk(data, frame)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_many_pixels() from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError(NO_PICTURE) from None


def _shrunk(data: bytes, frame: Frame) -> Shrunk:
    with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise _too_many_pixels()
        # A JPEG is read no larger than it has to be; on its side it may be.
        longest = max(frame.widest, frame.tallest)
        opened.draft("RGB", (longest, longest))
        upright = ImageOps.exif_transpose(opened)
        has_alpha = upright.has_transparency_data
        picture = upright.convert("RGBA" if has_alpha else "RGB")
    picture.thumbnail((frame.widest, frame.tallest), Image.Resampling.LANCZOS)
    shows_through = has_alpha and picture.getchannel("A").getextrema() != (255, 255)
    if shows_through and frame.keeps_alpha:
        return Shrunk(_png(picture, frame.aimed_bytes), "png", picture.width, picture.height)
    flat = _on_white(picture) if shows_through else picture.convert("RGB")
    return Shrunk(_jpeg(flat, frame.aimed_bytes), "jpg", flat.width, flat.height)


def _on_white(picture: Image.Image) -> Image.Image:
    sheet = Image.new("RGB", picture.size, WHITE)
    sheet.paste(picture, mask=picture.getchannel("A"))
    return sheet


def _jpeg(picture: Image.Image, aimed_bytes: int) -> bytes:
    """The best that is small enough, or else the smallest. What a camera added stays behind."""
    for quality in QUALITIES:
        made = io.BytesIO()
        picture.save(made, "JPEG", quality=quality, optimize=True, progressive=True)
        if made.tell() <= aimed_bytes:
            break
    return made.getvalue()


def _png(picture: Image.Image, aimed_bytes: int) -> bytes:
    made = io.BytesIO()
    picture.save(made, "PNG", optimize=True)
    if made.tell() > aimed_bytes:
        made = io.BytesIO()
        picture.quantize(COLORS, method=Image.Quantize.FASTOCTREE).save(made, "PNG", optimize=True)
    return made.getvalue()


def _too_many_pixels() -> PictureError:
    return PictureError(TOO_MANY_PIXELS, MOST_PIXELS // 1_000_000)
