from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from crm.admin.day_range_filter import DayRangeFilter
from crm.admin.verb_buttons import ReadOnlyAdmin
from crm.models import ConsentRecord


@admin.register(ConsentRecord)
class ConsentRecordAdmin(ReadOnlyAdmin):
    list_display = ("occurred_at", "customer", "purpose", "action_label", "channel", "address", "source", "recorded_by")
    list_select_related = ("customer", "recorded_by")
    list_filter = (
        ("action", ChoicesDropdownFilter),
        ("purpose", ChoicesDropdownFilter),
        ("channel", ChoicesDropdownFilter),
        ("occurred_at", DayRangeFilter),
    )
    list_filter_submit = True
    paginator = InfinitePaginator
    show_full_result_count = False
    search_fields = ("address__startswith",)
    search_help_text = _("Address")

    @display(description=_("action"), label={"granted": "success", "withdrawn": "danger", "requested": "info"})
    def action_label(self, record: ConsentRecord) -> tuple[str, str]:
        return record.action, record.get_action_display()
