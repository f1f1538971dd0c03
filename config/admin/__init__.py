"""Screens of what is not Encore's own: staff, roles and the schedule, in the same dress as the rest."""

from config.admin import log_ins, schedule, staff

__all__ = ["log_ins", "schedule", "staff"]
