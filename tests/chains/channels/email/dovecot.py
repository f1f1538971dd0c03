"""A real IMAP server of the test's own: Debian's dovecot under this user, in a folder that goes with the test."""

import contextlib
import getpass
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
CONFIGURATION = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
ssl_cert = <{base}/cert.pem
ssl_key = <{base}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{base}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/mail/%u
}}
"""


def is_here():
    return shutil.which("dovecot", path=PATH) is not None


@dataclass
class Dovecot:
    base: Path
    port: int
    tls_port: int
    user: str = "help"

    @property
    def url(self):
        return f"imap://{self.user}:secret@127.0.0.1:{self.port}/INBOX"

    @contextlib.contextmanager
    def connected(self):
        server = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        server.login(self.user, "secret")
        server.select("INBOX")
        yield server
        server.logout()

    def put(self, *letters, date=None):
        with self.connected() as server:
            for letter in letters:
                status, answer = server.append("INBOX", None, date, letter)
                assert status == "OK", answer

    def flags(self, folder="INBOX"):
        with self.connected() as server:
            server.select(folder, readonly=True)
            answer = server.uid("FETCH", "1:*", "(FLAGS)")[1]
        return [line.decode() for line in answer if line]


@contextlib.contextmanager
def dovecot(base):
    port, tls_port = _free_port(), _free_port()
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwnam(getpass.getuser())
    group = subprocess.run(["id", "-gn", owner.pw_name], check=True, capture_output=True, text=True).stdout.strip()
    _certificate(base)
    told = {"user": owner.pw_name, "group": group, "uid": owner.pw_uid, "gid": owner.pw_gid}
    file = base / "dovecot.conf"
    file.write_text(CONFIGURATION.format(base=base, port=port, tls_port=tls_port, ssl="yes", **told))
    for folder in (base, *base.parents):
        if os.geteuid() == 0 and folder.owner() == "root" and "pytest" in str(folder):
            folder.chmod(0o755)
    (base / "mail").mkdir()
    shutil.chown(base / "mail", owner.pw_uid, owner.pw_gid)
    server = subprocess.Popen([shutil.which("dovecot", path=PATH), "-F", "-c", str(file)])
    try:
        _wait_for(port, base / "log", server)
        yield Dovecot(base, port, tls_port)
    finally:
        server.terminate()
        server.wait(timeout=20)


def _certificate(base):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
        + ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(base / "key.pem"), "-out", str(base / "cert.pem")],
        check=True,
        capture_output=True,
    )


def _wait_for(port, log, server):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            imaplib.IMAP4("127.0.0.1", port, timeout=5).logout()
            return
        assert server.poll() is None, log.read_text() if log.exists() else "dovecot did not start"
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
