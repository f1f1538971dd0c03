"""The clients in JavaScript, installed from package-lock.json once for a checkout."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
LOCK, INSTALLED = HERE / "package-lock.json", HERE / "node_modules" / ".package-lock.json"


def installed():
    """Fails the test when they cannot be had: without them nothing is shown."""
    with (HERE / "package.json").open() as mutex:
        fcntl.flock(mutex, fcntl.LOCK_EX)
        if INSTALLED.exists() and INSTALLED.stat().st_mtime >= LOCK.stat().st_mtime:
            return
        command = [BIN / "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        npm = subprocess.run(command, cwd=HERE, env=environment(), capture_output=True, text=True)
        if npm.returncode:
            pytest.fail(f"The clients in JavaScript could not be installed: {npm.stderr}")


def environment():
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}


def start(which, address, key, events, log):
    command = [BIN / "node", "send.mjs", which, address, key, str(events)]
    return subprocess.Popen(
        command, cwd=HERE, env=environment(), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
