"""A long job in a letter: its plan, where it stands, a stage to accept, or what was done in the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.bought import table
from chains.messages.blocks.button import button
from chains.messages.blocks.field import BlockField, Input
from chains.messages.blocks.kind import AskedBlock, BlockKind, Content, LetterPart, NotePart, Shown
from chains.messages.blocks.recommendations import HIDE, SKIP_MESSAGE
from chains.messages.page import Page, if_filled
from chains.messages.page_urls import PREVIEW
from chains.messages.written import Block
from crm.jobs.shown import ShownJob, ShownPicture, ShownStage, jobs_shown
from crm.languages import content as words_of
from crm.languages import spoken
from crm.timezones import day_of

PLAN, STATE, ACCEPTANCE, REPORT = "plan", "state", "acceptance", "report"
WEEK = dt.timedelta(days=7)
PICTURES = 2
Row = dict[str, str]


def _letter(block: Block, page: Page) -> LetterPart:
    shown = block.shown
    words = (
        f'<div style="font-size:18px;font-weight:600;margin:8px 0 6px">{{{{ {shown}.name }}}}</div>'
        f"{{{{ {shown}.intro }}}}{table(f'{{% for row in {shown}.rows %}}{_ROW}{{% endfor %}}')}"
    )
    link = page.link_of(if_filled(block.flag, f"{{{{ {shown}.url }}}}"))
    pressed = button(_label(block.content["shows"], page.language), link, page)
    text = (
        f"{{{{ {shown}.name }}}}\n{{{{ {shown}.intro }}}}\n"
        f"{{% for row in {shown}.rows %}}{{{{ row.name }}}}{if_filled('row.note', ': {{ row.note }}')}\n{{% endfor %}}"
    )
    return LetterPart(f"<mj-text>{page.hide(words)}</mj-text>{pressed.mjml}", f"{text}\n{pressed.text}")


_PICTURE = (
    '<img src="{{ row.picture_url }}" width="260" alt="{{ row.name }}"'
    ' style="display:block;max-width:100%;border-radius:8px;margin:4px 0">'
)
_ROW = (
    '\n<tr><td style="padding:6px 0;vertical-align:top"><strong>{{ row.name }}</strong>'
    + if_filled("row.note", '<div class="faint" style="font-size:14px;color:#5d6862">{{ row.note }}</div>')
    + if_filled("row.picture_url", _PICTURE)
    + "</td></tr>"
)


def _note(block: Block, page: Page) -> NotePart:
    link = page.link_of(if_filled(block.flag, f"{{{{ {block.shown}.url }}}}"))
    return NotePart(
        words=f"{{{{ {block.shown}.name }}}}. {{{{ {block.shown}.intro }}}}",
        label=_label(block.content["shows"], page.language),
        link=f"{{{{ {link} }}}}",
    )


def _label(shows: str, language: str) -> str:
    with translation.override(language):
        labels = {
            PLAN: gettext("See the whole plan"),
            STATE: gettext("See where it stands"),
            ACCEPTANCE: gettext("Look at it and answer"),
            REPORT: gettext("See the report with pictures"),
        }
        return labels[shows]


def _read(asked: Sequence[AskedBlock], now: dt.datetime) -> dict[tuple[int, str], Shown]:
    jobs = jobs_shown({one.order_id for one in asked if one.order_id})
    shown = {}
    for one in asked:
        job = jobs.get(one.order_id) if one.order_id else None
        if job and (made := _shown(job, one.content["shows"], one.language, now)):
            shown[one.touch_id, one.key] = made
    return shown


def _shown(job: ShownJob, shows: str, language: str, now: dt.datetime) -> Shown | None:
    """None where there is nothing to say: no stage waits for an answer, or nothing is finished yet."""
    if (shows == ACCEPTANCE and not job.waiting) or (shows == REPORT) != bool(job.closed_at):
        return None
    with translation.override(language):
        rows = {PLAN: _plan, STATE: _state, ACCEPTANCE: _acceptance, REPORT: _report}[shows](job, now)
        url = f"{settings.SITE_URL.rstrip('/')}{reverse('chains:job', args=[job.token])}"
        return {"name": job.name, "intro": _intro(job, shows), "rows": rows, "url": url}


def _intro(job: ShownJob, shows: str) -> str:
    if shows != PLAN:
        return ""
    answered = ngettext(
        "Questions are answered within %(hours)d hour.",
        "Questions are answered within %(hours)d hours.",
        job.answer_hours,
    ) % {"hours": job.answer_hours}
    who = gettext("%(who)s is responsible for it.") % {"who": job.responsible} if job.responsible else ""
    return f"{who} {answered}".strip()


def _plan(job: ShownJob, now: dt.datetime) -> list[Row]:
    prepare = [_row(gettext("What you could prepare"), ", ".join(job.prepare))] if job.prepare else []
    return [*map(_planned, job.stages), *prepare, *(_row(question, answer) for question, answer in job.faq)]


def _state(job: ShownJob, now: dt.datetime) -> list[Row]:
    done = [
        _row(gettext("Done: %(stage)s") % {"stage": stage.name}, stage.words) for stage in job.done_since(now - WEEK)
    ]
    waiting = [_row(gettext("Waits for your word: %(stage)s") % {"stage": stage.name}) for stage in job.waiting]
    return [
        *(done or [_row(gettext("This week the work went on; no stage was finished."))]),
        *waiting,
        *_ahead(job, now),
    ]


def _ahead(job: ShownJob, now: dt.datetime) -> list[Row]:
    """A day that has passed is not promised again."""
    stage = job.next_stage
    if stage is None:
        return []
    is_late = stage.due_on < day_of(now)
    when = gettext("It takes longer than planned; we will name the new day.") if is_late else _day(stage.due_on)
    return [_row(gettext("Next: %(stage)s") % {"stage": stage.name}, when)]


def _acceptance(job: ShownJob, now: dt.datetime) -> list[Row]:
    return [_row(gettext("Done: %(stage)s") % {"stage": stage.name}, stage.words) for stage in job.waiting]


def _report(job: ShownJob, now: dt.datetime) -> list[Row]:
    before = [_row(gettext("Before"), picture_url=_picture_url(job, one)) for one in job.before[:PICTURES]]
    after = [_row(gettext("After"), picture_url=_picture_url(job, one)) for one in job.after[:PICTURES]]
    when = _day(job.next_on) if job.next_on else ""
    ahead = (
        [_row(gettext("What comes next"), " · ".join(filter(None, (job.next_words, when))))] if job.next_words else []
    )
    return [_row(gettext("What was done"), job.report), *before, *after, *ahead]


def _planned(stage: ShownStage) -> Row:
    return _row(stage.name, _day(stage.due_on))


def _row(name: str, note: str = "", picture_url: str = "") -> Row:
    return {"name": name, "note": note, "picture_url": picture_url}


def _picture_url(job: ShownJob, picture: ShownPicture) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{reverse('chains:job_picture', args=[job.token, picture.pk])}"


def _day(day: dt.date) -> str:
    return date_format(day, "DATE_FORMAT")


def _sample(content: Content, language: str) -> Shown:
    sample = words_of(spoken(language), "sample_blocks")["job"]
    rows = [_row(one["name"], one["note"]) for one in sample[content["shows"]]]
    intro = sample["intro"] if content["shows"] == PLAN else ""
    url = f"{settings.SITE_URL.rstrip('/')}{reverse('chains:job', args=[PREVIEW])}"
    return {"name": sample["name"], "intro": intro, "rows": rows, "url": url}


JOB = BlockKind(
    value="job",
    label=_("Long job"),
    icon="handyman",
    help=_("The plan, the state, a stage to accept or the closing report of the order's job."),
    fields=(
        BlockField(
            name="shows",
            label=_("Shows"),
            input=Input.CHOICE,
            choices=(
                (PLAN, _("the welcome plan")),
                (STATE, _("what was done this week, and what is next")),
                (ACCEPTANCE, _("stages that wait for the customer's word")),
                (REPORT, _("the closing report")),
            ),
        ),
        BlockField(
            name="if_none",
            label=_("If there is nothing to show"),
            input=Input.CHOICE,
            choices=((SKIP_MESSAGE, _("do not send the message")), (HIDE, _("leave the block out"))),
        ),
    ),
    letter=_letter,
    note=_note,
    is_call_to_action=True,
    read=_read,
    sample=_sample,
)
