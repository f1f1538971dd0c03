"""django-post_office sending personal letters that it queued before: run by delivery_rate in a process of its own.

Reads a JSON object from standard input: the database, the mail server, the letter's sources and how many; prints the
seconds that queueing and sending took, the seconds of processor time that sending took in this process, and the bytes
of a letter. One letter is sent before the clock starts, so that nothing is loaded or compiled while it runs.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    task: dict[str, Any] = json.load(sys.stdin)
    configure(task)
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from django.core.management import call_command
    from post_office import mail
    from post_office.models import STATUS, Email, EmailTemplate

    from benchmarks.peers.same_letter import personal

    call_command("migrate", verbosity=0)
    template = EmailTemplate.objects.create(
        name="letter", subject=task["subject"], content=task["text"], html_content=task["html"]
    )
    letters = [
        {
            "sender": "shop@example.com",
            "recipients": [f"customer{number}@example.com"],
            "context": personal(task["context"], number),
            "headers": personal(task["headers"], number),
            "template": template,
            "render_on_delivery": True,
        }
        for number in range(task["letters"] + 1)
    ]
    first = mail.send(**letters.pop())
    mail.send_queued_mail_until_done(processes=1)
    started = time.perf_counter()
    if task["is_batch"]:
        mail.send_many(letters)
    else:
        for letter in letters:
            mail.send(**letter)
    queued, used = time.perf_counter(), time.process_time()
    mail.send_queued_mail_until_done(processes=1)
    ended, used = time.perf_counter(), time.process_time() - used
    sent = Email.objects.filter(status=STATUS.sent).count() - 1
    if sent != task["letters"]:
        sys.exit(f"post_office sent {sent} of {task['letters']} letters")
    size = len(Email.objects.get(pk=first.pk).email_message().message().as_bytes(linesep="\r\n"))
    print(queued - started, ended - queued, used, size)


def configure(task: dict[str, Any]) -> None:
    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY="benchmark",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", **task["database"]}},
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True},
            {"BACKEND": "post_office.template.backends.post_office.PostOfficeTemplates", "APP_DIRS": True},
        ],
        EMAIL_HOST=task["host"],
        EMAIL_PORT=task["port"],
        POST_OFFICE={"BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"}},
        LOGGING_CONFIG=None,
    )
    django.setup()


if __name__ == "__main__":
    main()
