import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from chains.channels.email.mailbox import poll
from chains.channels.email.reputation import watch
from chains.channels.telegram import files
from chains.definition import one_off_trial
from chains.engine.deliver import confirmations, page_letters
from chains.engine.run import run
from chains.experiments import lifecycle, outcomes
from chains.page_letters.asking import SEND as SEND_PAGE_LETTERS
from chains.results import rollups
from chains.results.attribution import attribute_waiting
from chains.sign_ups import forgetting
from chains.simulate.rehearsal import job
from chains.simulate.test_order.send import send_due
from crm.service import bot
from crm.service.bot_questions import ANSWER

logger = logging.getLogger(__name__)

# Beat rings again within seconds, so that no run has to last; a new one notices settings and chains that changed.
RUN_SECONDS = 50


@shared_task(name="chains.tasks.run_engine")
def run_engine() -> None:
    if attributed := attribute_waiting(timezone.now()):
        logger.info("Orders that follow a message: %s", attributed)
    counts = {name: count for name, count in run(timezone.now, RUN_SECONDS).items() if count}
    if counts:
        logger.info("Chains: %s", ", ".join(f"{name} {count}" for name, count in counts.items()))


@shared_task(name="chains.tasks.read_mailbox")
def read_mailbox() -> None:
    if not settings.INBOX_URL:
        return
    if counts := poll(settings.INBOX_URL, timezone.now):
        logger.info("Letters received: %s", ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))


@shared_task(name=files.FETCH)
def fetch_telegram_files() -> None:
    if settings.TELEGRAM_TOKEN and (kept := files.fetch_due(timezone.now())):
        logger.info("Files that customers sent by Telegram: %s", kept)


@shared_task(name=ANSWER)
def send_bot_answers() -> None:
    if sent := bot.answer_due(timezone.now()):
        logger.info("Questions that the bot answered: %s", sent)


@shared_task(name="chains.tasks.watch_reputation")
def watch_reputation() -> None:
    watch(timezone.now())


@shared_task(name="chains.tasks.conduct_rehearsal")
def conduct_rehearsal(rehearsal_id: int) -> None:
    logger.info("Rehearsal %s: %s", rehearsal_id, job.run(rehearsal_id) or "begun by another worker")


@shared_task(name="chains.tasks.count_experiments")
def count_experiments() -> None:
    now = timezone.now()
    judged = lifecycle.conclude_due(now) + one_off_trial.judge_due(now)
    logger.info("Experiments judged: %s; counted anew: %s", judged, outcomes.recount(now))


@shared_task(name="chains.tasks.send_test_orders")
def send_test_orders() -> None:
    if sent := send_due(timezone.now()):
        logger.info("Letters of test orders sent: %s", sent)


@shared_task(name="chains.tasks.send_confirmations")
def send_confirmations() -> None:
    if sent := confirmations.send_due(timezone.now()):
        logger.info("Letters of confirmation sent: %s", sent)


@shared_task(name=SEND_PAGE_LETTERS)
def send_page_letters() -> None:
    if sent := page_letters.send_due(timezone.now()):
        logger.info("Links and codes for customers' pages sent: %s", sent)


@shared_task(name="chains.tasks.forget_sign_ups")
def forget_sign_ups() -> None:
    now = timezone.now()
    logger.info("Sign-ups that nobody confirmed: %s", forgetting.forget_expired(now))
    logger.info("Letters of customers' pages cleared away: %s", page_letters.forget_old(now))


@shared_task(name="chains.tasks.count_results")
def count_results() -> None:
    if rollups.refresh(timezone.now()):
        logger.info("Results of chains counted anew.")
