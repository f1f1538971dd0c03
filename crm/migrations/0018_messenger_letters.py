"""Until now an address alone said that a letter came by Telegram; what was answered there went to a mail server."""

from django.db import migrations

TAKE_APART = """
    UPDATE crm_casemessage
    SET channel = 'telegram', address = substr(address, length('telegram:') + 1),
        failed_at = CASE WHEN direction = 'sent' THEN occurred_at END
    WHERE address LIKE 'telegram:%'
"""
CAME_BY_MESSENGER = """
    UPDATE crm_case SET channel = 'messenger'
    WHERE channel = 'email' AND (
        SELECT channel FROM crm_casemessage WHERE case_id = crm_case.id ORDER BY occurred_at, id LIMIT 1
    ) = 'telegram'
"""
PUT_TOGETHER = """
    UPDATE crm_casemessage SET address = 'telegram:' || address, channel = 'email', failed_at = NULL
    WHERE channel = 'telegram'
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0017_conversations_keep_their_channel")]

    operations = [
        migrations.RunSQL(TAKE_APART, PUT_TOGETHER),
        migrations.RunSQL(CAME_BY_MESSENGER, migrations.RunSQL.noop),
    ]
