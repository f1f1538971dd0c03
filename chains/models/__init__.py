from chains.models.chain import Chain, ChainVersion, Step
from chains.models.enrolment import Enrolment
from chains.models.staff_task import StaffTask
from chains.models.template import MessageTemplate, TemplateText
from chains.models.touch import Touch

__all__ = [
    "Chain",
    "ChainVersion",
    "Enrolment",
    "MessageTemplate",
    "StaffTask",
    "Step",
    "TemplateText",
    "Touch",
]
