from chains.models.attribution import OrderAttribution
from chains.models.block import MessageBlock
from chains.models.branch_arm import BranchArm
from chains.models.chain import Chain
from chains.models.channel_state import ChannelState
from chains.models.draft_state import ChainDraftState
from chains.models.enrolment import Enrolment
from chains.models.entrant import Backlog, Entrant
from chains.models.experiment import ControlOutcome, Experiment, ExperimentVariant
from chains.models.guarding import QuietHours, SegmentLimits
from chains.models.health_override import HealthOverride
from chains.models.incoming import IncomingMail, Mailbox
from chains.models.letter import Letter
from chains.models.letter_picture import LetterPicture
from chains.models.page_letter import PageLetter
from chains.models.passage import Passage
from chains.models.pause import Pause
from chains.models.push import PushKey, PushSubscription
from chains.models.rehearsal import Rehearsal
from chains.models.reputation import Reputation
from chains.models.results import NotSentOfDay, ResultsCount, ResultsOfDay
from chains.models.sign_up import SignUp, SignUpForm
from chains.models.step import Step
from chains.models.template import MessageTemplate, TemplateText
from chains.models.template_draft import TemplateDraft
from chains.models.test_order import TestOrder, TestOrderMessage
from chains.models.touch import Touch
from chains.models.version import ChainVersion

__all__ = [
    "NotSentOfDay",
    "OrderAttribution",
    "ResultsCount",
    "ResultsOfDay",
    "Backlog",
    "Chain",
    "ChainDraftState",
    "ChainVersion",
    "ChannelState",
    "ControlOutcome",
    "Enrolment",
    "Entrant",
    "Experiment",
    "ExperimentVariant",
    "HealthOverride",
    "IncomingMail",
    "Letter",
    "LetterPicture",
    "Mailbox",
    "MessageBlock",
    "MessageTemplate",
    "PageLetter",
    "Passage",
    "Pause",
    "QuietHours",
    "Rehearsal",
    "Reputation",
    "SegmentLimits",
    "PushKey",
    "PushSubscription",
    "SignUp",
    "SignUpForm",
    "Step",
    "BranchArm",
    "TemplateDraft",
    "TemplateText",
    "Touch",
    "TestOrder",
    "TestOrderMessage",
]
