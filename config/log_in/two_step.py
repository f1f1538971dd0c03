"""Two-step log-in: an authenticator app's codes (TOTP, RFC 6238), and recovery codes for when the app is gone."""

from __future__ import annotations

import base64
from io import BytesIO

from django.contrib.auth.models import User
from django.db import transaction
from django_otp import match_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from qrcode import QRCode
from qrcode.image.svg import SvgPathImage

RECOVERY_CODES = 10


def is_on(user: User) -> bool:
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def accepts(user: User, code: str) -> bool:
    """Of the app or of those for recovery, each of which is good once."""
    return match_token(user, code.replace(" ", "").lower()) is not None


def begun(user: User) -> TOTPDevice:
    """The secret that waits to be confirmed; the same one until it is."""
    device, _is_new = TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "app"})
    return device


@transaction.atomic
def confirm(user: User, code: str) -> list[str] | None:
    """Switch it on, given a first code; the recovery codes, or None for a code that is not right."""
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None or not device.verify_token(code.replace(" ", "")):
        return None
    TOTPDevice.objects.filter(user=user, confirmed=True).delete()
    device.confirmed = True
    device.save()
    return new_recovery_codes(user)


@transaction.atomic
def new_recovery_codes(user: User) -> list[str]:
    """Those from before open nothing any more."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery")
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def recovery_codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def switch_off(*users: User) -> None:
    TOTPDevice.objects.filter(user__in=users).delete()
    StaticDevice.objects.filter(user__in=users).delete()


def secret(device: TOTPDevice) -> str:
    """As it is typed where no picture can be taken."""
    written = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(written[start : start + 4] for start in range(0, len(written), 4))


def picture(device: TOTPDevice) -> str:
    """The QR code, as SVG to stand in a page."""
    code = QRCode(box_size=8, border=2)
    code.add_data(device.config_url)
    drawn = BytesIO()
    code.make_image(image_factory=SvgPathImage).save(drawn)
    return drawn.getvalue().decode().partition("?>")[2].strip()
