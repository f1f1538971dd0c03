"""Orders that were recorded before the upgrade, history apart, are attributed by the engine as new ones are."""

from django.db import migrations

WAITING = """
    INSERT INTO crm_eventinbox (consumer, event_id, customer_id)
    SELECT 'results', id, customer_id FROM crm_event
    WHERE kind = 'order.placed' AND NOT is_historic AND order_id IS NOT NULL
    ORDER BY id
    ON CONFLICT DO NOTHING
"""
NONE = "DELETE FROM crm_eventinbox WHERE consumer = 'results'"


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0017_results"),
        ("crm", "0027_attribution_windows"),
    ]

    operations = [migrations.RunSQL(WAITING, NONE)]
