"""What segments ask of letters: the view they read, and triggers that note whose letters were sent or read."""

from django.db import migrations

# Simple enough for PostgreSQL to see through: the indexes of touches serve it.
SHOW = """
    CREATE VIEW chains_letter AS
    SELECT id, customer_id, sent_at, opened_at, clicked_at, replied_at
    FROM chains_touch WHERE status = 'sent' AND channel = 'email'
"""
HIDE = "DROP VIEW chains_letter"
# Rules ask whether letters were sent, opened, clicked. Only then is it noted whom it was about, so that planning,
# claiming and skipping touches cost nothing here.
NOTE = """
    CREATE FUNCTION chains_note_letter() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO segments_change (customer_id, written_in)
        SELECT DISTINCT id, pg_current_xact_id()::text::bigint
        FROM unnest(ARRAY[
            CASE WHEN TG_OP <> 'INSERT' THEN OLD.customer_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.customer_id END
        ]) AS id WHERE id IS NOT NULL;
        RETURN NULL;
    END $$;
    CREATE TRIGGER chains_note_insert AFTER INSERT ON chains_touch
        FOR EACH ROW WHEN (NEW.status = 'sent') EXECUTE FUNCTION chains_note_letter();
    CREATE TRIGGER chains_note_delete AFTER DELETE ON chains_touch
        FOR EACH ROW WHEN (OLD.status = 'sent') EXECUTE FUNCTION chains_note_letter();
    CREATE TRIGGER chains_note_update AFTER UPDATE ON chains_touch
        FOR EACH ROW WHEN (
            (OLD.status = 'sent' OR NEW.status = 'sent')
            AND (OLD.status, OLD.sent_at, OLD.opened_at, OLD.clicked_at, OLD.customer_id)
                IS DISTINCT FROM (NEW.status, NEW.sent_at, NEW.opened_at, NEW.clicked_at, NEW.customer_id)
        ) EXECUTE FUNCTION chains_note_letter();
"""
FORGET = """
    DROP TRIGGER chains_note_insert ON chains_touch;
    DROP TRIGGER chains_note_delete ON chains_touch;
    DROP TRIGGER chains_note_update ON chains_touch;
    DROP FUNCTION chains_note_letter();
"""


class Migration(migrations.Migration):
    dependencies = [("chains", "0001_initial"), ("segments", "0002_watch_changes")]

    operations = [migrations.RunSQL(SHOW, HIDE), migrations.RunSQL(NOTE, FORGET)]
