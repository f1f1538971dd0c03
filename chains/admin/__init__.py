from chains.admin import chain, enrolment, staff_task, template, touch

__all__ = ["chain", "enrolment", "staff_task", "template", "touch"]
