"""The Celery application. Its schedule is rows in the database, never settings."""

import gc
import logging
import os
import warnings
from functools import cached_property
from typing import Any

from celery import Celery, signals
from celery.exceptions import SecurityWarning
from django.db import InterfaceError, OperationalError

from config import broker
from config.refusals import ending_in_words, require_database
from config.supervisor.readiness import announce

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

broker.register()
# Celery warns of pickled messages run as root; ours are JSON only.
warnings.filterwarnings("ignore", category=SecurityWarning)

logger = logging.getLogger(__name__)


class Encore(Celery):
    """The programs worker and beat end in words when a setting is wrong or the database cannot be used."""

    def _load_config(self) -> Any:
        with ending_in_words():
            return super()._load_config()  # type: ignore[misc]  # its stub leaves it out

    @cached_property
    def Worker(self) -> Any:  # noqa: N802
        return self._once_the_database_answers("Worker")

    @cached_property
    def Beat(self) -> Any:  # noqa: N802
        return self._once_the_database_answers("Beat")

    def _once_the_database_answers(self, program: str) -> Any:
        with ending_in_words():
            require_database()
        # Begun again when all is loaded: until then it would go through everything over and over.
        gc.disable()
        where = f"celery.apps.{program.lower()}:{program}"
        return self.subclass_with_self(where)  # type: ignore[arg-type]  # a name is taken, too


app = Encore("encore")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

signals.worker_ready.connect(announce)
signals.beat_init.connect(announce)


@signals.task_failure.connect
def say_that_the_database_is_away(sender: Any, exception: BaseException, **_signal: Any) -> None:
    """The words above the traceback: nothing is lost by it."""
    if isinstance(exception, (OperationalError, InterfaceError)):
        logger.error("The database does not answer: %s ends here and is begun anew by the next beat.", sender.name)


@signals.setup_logging.connect
def leave_logging_to_django(**_signal: Any) -> None:
    """A receiver is enough: Celery then keeps off the logging that settings describe."""


@signals.worker_process_init.connect
@signals.worker_ready.connect
@signals.beat_init.connect
def spare_what_is_loaded(**_signal: Any) -> None:
    """Leave out of garbage collection what stays for good: one full pass over it takes a quarter of a second."""
    gc.collect()
    gc.freeze()
    gc.enable()
