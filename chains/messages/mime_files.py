"""Files of letters. They are rare, so that the standard library may take its time over their names."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import MIMEPart
from email.policy import SMTP


@dataclass(frozen=True, slots=True)
class LetterFile:
    name: str
    content_type: str
    content: bytes


def file_part(file: LetterFile) -> bytes:
    """One file with its headers, as a part of a letter."""
    piece = MIMEPart(policy=SMTP)
    maintype, _slash, subtype = file.content_type.partition("/")
    piece.set_content(file.content, maintype, subtype, filename=file.name)
    return piece.as_bytes().removesuffix(b"\r\n")
