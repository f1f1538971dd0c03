from chains.admin import chain, enrolment, incoming, shop, staff_task, step, template, touch

__all__ = ["chain", "enrolment", "incoming", "shop", "staff_task", "step", "template", "touch"]
