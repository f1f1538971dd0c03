"""Files that customers might send as photos, the good and the bad."""

import io
import struct
import zlib

from PIL import Image


def photo(size=(100, 50), kind="JPEG", mode="RGB", color=(200, 100, 40), **more):
    made = io.BytesIO()
    Image.new(mode, size, color).save(made, kind, **more)
    return made.getvalue()


def photo_with_a_place():
    """As a telephone makes it: on its side, with the place it was taken at."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (55.0, 45.0, 21.0)
    exif[0x010F] = "A camera of somebody's"
    return photo((400, 200), exif=exif)


def bomb_of_pixels(width, height):
    """A PNG of a few kilobytes whose head promises a wall of pixels, and whose body keeps the promise."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + 3 * width)
    body = b"".join(packer.compress(row) for _row in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
