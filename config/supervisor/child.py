"""One supervised process: it is started, its output is read, it is started again when it dies, and stopped."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0
LONGEST_WAIT_FOR_OTHERS = 20.0
PR_SET_PDEATHSIG = 1


@dataclass
class SupervisedProcess:
    """A process that should always run, in a process group of its own."""

    name: str
    command: list[str]
    environment: dict[str, str]
    # The machine is theirs until they are ready, or for so many seconds.
    after: tuple["SupervisedProcess", ...] = ()
    is_ready: bool = False
    due_at: float = 0.0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _started_at: float = 0.0
    _failures: int = 0
    _unfinished_line: bytes = b""

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def is_due(self, now: float, began_at: float) -> bool:
        has_waited = now - began_at > LONGEST_WAIT_FOR_OTHERS or all(other.is_ready for other in self.after)
        return not self.is_running and now >= self.due_at and has_waited

    def start(self) -> int:
        """Start the process and return the descriptor of its output."""
        self._started_at = time.monotonic()
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
        # Its own children may hold the pipe open after its end: reading must never wait.
        os.set_blocking(self.output, False)
        return self.output

    @property
    def output(self) -> int:
        if self._process is None or self._process.stdout is None:
            raise RuntimeError(f"{self.name} does not run")
        return self._process.stdout.fileno()

    def read_lines(self) -> list[str]:
        """The whole lines written since the last call."""
        try:
            written = os.read(self.output, 65536)
        except OSError:
            written = b""
        *lines, self._unfinished_line = (self._unfinished_line + written).split(b"\n")
        return [line.decode(errors="replace").rstrip() for line in lines]

    def failure(self) -> str | None:
        """In words how it ended, once it has; then sets when to start it again."""
        if self._process is None or self._process.poll() is None:
            return None
        code = self._process.returncode
        lived = time.monotonic() - self._started_at
        self._failures = 1 if lived > STEADY_AFTER else self._failures + 1
        pause = min(2.0 ** (self._failures - 1), LONGEST_PAUSE)
        self.due_at = time.monotonic() + pause
        self._clean_up()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        return f"{self.name} {how}; starting it again in {pause:.0f} s"

    def ask_to_stop(self) -> None:
        """Ask only the head of the group, which lets its own children finish what they do."""
        if self._process:
            self._process.terminate()

    def has_stopped(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def kill(self) -> None:
        if self._process:
            self._signal_group(signal.SIGKILL)
            self._process.wait()
            self._clean_up()

    def _clean_up(self) -> None:
        """Leave nothing of the group behind: a lone web worker would keep the port."""
        if self._process is None:
            return
        self._signal_group(signal.SIGKILL)
        if self._process.stdout:
            self._process.stdout.close()
        self._process, self._unfinished_line = None, b""

    def _signal_group(self, number: int) -> None:
        if self._process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)


def _end_with_parent() -> None:
    """Linux asks the child to stop when the supervisor vanishes, be it by kill -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
