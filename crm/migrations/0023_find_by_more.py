"""Customers found by a name typed wrong, the middle of an address, the last digits of a phone or of an order's number."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

# Too dear to be worked out for row after row: that is what the indexes are for, and COST says so to the planner. A search
# asks for a hundred rows: without PARALLEL UNSAFE it would wait for workers to start, longer than for its answer.
# Functions name no others but by their bodies of standard SQL: an index is restored, and analysed, with no search path.
FUNCTIONS = r"""
    CREATE FUNCTION crm_folded(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN translate(regexp_replace(normalize(lower($1), NFD), '[\u0300-\u036f]', '', 'g'), 'łøđ', 'lod');

    CREATE FUNCTION crm_sounds(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(translate(crm_folded($1), 'ыэyjwьъ''’', 'иеiiv'), '(.)\1+', '\1', 'g');

    CREATE FUNCTION crm_word_keys(words text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL UNSAFE COST 20000 AS $$
    DECLARE
        keys text[] := '{}';
        word text;
    BEGIN
        FOREACH word IN ARRAY regexp_split_to_array(words, '[^[:alnum:]]+') LOOP
            CONTINUE WHEN word = '';
            keys := keys || word;
            CONTINUE WHEN length(word) < 4;
            FOR place IN 1 .. length(word) LOOP
                keys := keys || (left(word, place - 1) || substr(word, place + 1));
            END LOOP;
        END LOOP;
        RETURN keys;
    END
    $$;

    CREATE FUNCTION crm_name_keys(text, text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm_word_keys(crm_sounds($1 || ' ' || $2));

    CREATE FUNCTION crm_address_parts(address text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL UNSAFE COST 20000 AS $$
    DECLARE
        parts text[] := '{}';
    BEGIN
        FOR place IN 1 .. length(address) - 1 LOOP
            parts := parts || substr(address, place, 3);
        END LOOP;
        RETURN parts;
    END
    $$;

    CREATE FUNCTION crm_number_backwards(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN reverse(regexp_replace(lower($1), '[^[:alnum:]]', '', 'g'));
"""
NO_FUNCTIONS = """
    DROP FUNCTION crm_number_backwards(text);
    DROP FUNCTION crm_address_parts(text);
    DROP FUNCTION crm_name_keys(text, text);
    DROP FUNCTION crm_word_keys(text);
    DROP FUNCTION crm_sounds(text);
    DROP FUNCTION crm_folded(text);
"""
# How often each key stands is only known after it: without, the planner would read a million names.
ANALYZE = "ANALYZE crm_customer, crm_contact, crm_order"


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0022_certificates_of_addresses"),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.RemoveIndex(
            model_name="customer",
            name="customer_first_name_prefix",
        ),
        migrations.RemoveIndex(
            model_name="customer",
            name="customer_last_name_prefix",
        ),
        migrations.AddIndex(
            model_name="contact",
            index=django.contrib.postgres.indexes.GinIndex(
                models.Func(
                    "address",
                    function="crm_address_parts",
                    output_field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                gin_pending_list_limit=512,
                name="contact_address_parts",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    models.Func("first_name", function="crm_folded", output_field=models.TextField()),
                    name="text_pattern_ops",
                ),
                name="customer_first_name_folded",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    models.Func("last_name", function="crm_folded", output_field=models.TextField()),
                    name="text_pattern_ops",
                ),
                name="customer_last_name_folded",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=django.contrib.postgres.indexes.GinIndex(
                models.Func(
                    "first_name",
                    "last_name",
                    function="crm_name_keys",
                    output_field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                gin_pending_list_limit=512,
                name="customer_name_keys",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    models.Func("number", function="crm_number_backwards", output_field=models.TextField()),
                    name="text_pattern_ops",
                ),
                name="order_number_ending",
            ),
        ),
        migrations.RunSQL(ANALYZE, migrations.RunSQL.noop),
    ]
