from chains.admin import chain, enrolment, shop, staff_task, template, touch

__all__ = ["chain", "enrolment", "shop", "staff_task", "template", "touch"]
