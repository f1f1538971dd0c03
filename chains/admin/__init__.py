from chains.admin import chain, enrolment, shop, staff_task, step, template, touch

__all__ = ["chain", "enrolment", "shop", "staff_task", "step", "template", "touch"]
