from chains.channels.description import ChannelDescription
from chains.channels.staff_task.sender import StaffTaskSender
from chains.models import Touch

STAFF_TASK = ChannelDescription(
    value=Touch.Channel.STAFF_TASK,
    sender=StaffTaskSender,
    is_set_up=lambda: True,
)
