"""PostgreSQL refuses to run as root; there it runs as an unprivileged user."""

import os
import pwd
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from config.database.failure_hints import EmbeddedDatabaseError

CANDIDATES = ("postgres", "nobody")
# What lets a process through closed folders such as /root, with its bit in the kernel's sets.
# The first gives no right to write; containers often withhold it and allow the second.
REACHING = {"dac_read_search": 2, "dac_override": 1}


@dataclass(frozen=True)
class ServerUser:
    """Who runs PostgreSQL: ourselves, or the user root steps down to."""

    uid: int | None = None
    gid: int | None = None

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def command(self, command: list[str], reaching: Iterable[Path]) -> list[str]:
        """The command as this identity, able to reach the paths even inside folders closed to it."""
        if self.uid is None:
            return command
        if all(self._passes(path) for path in reaching):
            return [*self._setpriv(), "--", *command]
        capability = _usable_capability()
        return [
            *self._setpriv(),
            f"--inh-caps=+{capability}",
            f"--ambient-caps=+{capability}",
            # Without it access(2) forgets capabilities, and PostgreSQL asks that way whether it may run itself.
            "--securebits=+no_setuid_fixup",
            "--",
            *command,
        ]

    def _setpriv(self) -> list[str]:
        if not shutil.which("setpriv"):
            raise EmbeddedDatabaseError(
                "PostgreSQL may not run as root, and the program that steps down to another user (setpriv, "
                "of util-linux) is missing. Install it, or start Encore as an ordinary user."
            )
        return ["setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]

    def _passes(self, path: Path) -> bool:
        return all(self._may_enter(folder) for folder in path.resolve().parents)

    def _may_enter(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        if status.st_gid == self.gid:
            return bool(status.st_mode & 0o010)
        return bool(status.st_mode & 0o001)


def identity() -> ServerUser:
    """Ourselves, or for root the first of the usual unprivileged users."""
    if os.geteuid() != 0:
        return ServerUser()
    for name in CANDIDATES:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(user.pw_uid, user.pw_gid)
    raise EmbeddedDatabaseError(
        "PostgreSQL may not run as root, and this machine has neither a user postgres nor a user nobody. "
        "Start Encore as an ordinary user."
    )


def _usable_capability() -> str:
    bounding = _bounding_set()
    for capability, bit in REACHING.items():
        if bounding & (1 << bit):
            return capability
    raise EmbeddedDatabaseError(
        "PostgreSQL may not run as root, and the unprivileged user it would run as may not enter the folder "
        "Encore is installed in. Move Encore (or its data, with ENCORE_VAR) out of a closed folder such as /root, "
        "or start it as an ordinary user."
    )


def _bounding_set() -> int:
    """The capabilities root may hand on here; none where the kernel does not say."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    lines = [line.split() for line in status.splitlines() if line.startswith("CapBnd:")]
    return int(lines[0][1], 16) if lines else 0
