"""What the pages of a long chain cost: its own, that of its results, and the list, after a million touches.

    python benchmarks/chain_page.py

Works in a database of its own that it drops. Goal: each within 0.3 s.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client

ROOT = Path(__file__).resolve().parent.parent
STEPS = 30
SIZE = {"people": 100_000, "entries": 200_000, "touches": 1_000_000, "days": 365, "steps": STEPS, "segments": 8}
FILL = """
    SELECT setseed(0.5);
    INSERT INTO crm_customer (first_name, last_name, city, language, time_zone, source, tags, attributes, mood,
                              muted_topics, notes, created_at)
    SELECT 'Ann', '', '', '', '', '', '{{}}', '{{}}', '', '{{}}', '', now() FROM generate_series(1, {people});
    CREATE TEMPORARY TABLE person AS SELECT id, row_number() OVER (ORDER BY id) AS n FROM crm_customer;
    CREATE INDEX ON person (n);
    INSERT INTO segments_membership (segment_id, customer_id, entered_at)
    SELECT segment.id, person.id, now() - interval '400 days'
    FROM (SELECT id FROM segments_segment ORDER BY id LIMIT {segments}) AS segment CROSS JOIN person
    WHERE random() < 0.25;
    INSERT INTO chains_enrolment (chain_id, version_id, customer_id, entry_key, triggered_at, arrived_at, entered_at,
                                  status, ending, step_key, awaits, is_control, due_at, ended_at)
    SELECT {chain}, {version}, person.id, 'at:' || n.n, moment, moment, moment,
           CASE WHEN mod(n.n, 20) = 0 THEN 'active' ELSE 'finished' END,
           CASE WHEN mod(n.n, 20) = 0 THEN '' ELSE 'last_step' END,
           (%(keys)s::text[])[1 + mod(n.n, {steps})], '', false,
           CASE WHEN mod(n.n, 20) = 0 THEN now() + interval '1 day' END, CASE WHEN mod(n.n, 20) > 0 THEN now() END
    FROM generate_series(1, {entries}) AS n (n)
    JOIN person ON person.n = 1 + mod(n.n, {people})
    CROSS JOIN LATERAL (SELECT now() - random() * interval '{days} days' AS moment WHERE n.n > 0) AS entered;
    INSERT INTO chains_touch (enrolment_id, chain_id, customer_id, step_key, step_name, purpose, topic, channel, status,
                              reason, facts, subject, links, token, attempts, due_at, useful_until, created_at, sent_at,
                              opened_at, clicked_at, last_clicked_at)
    SELECT entry.id, {chain}, entry.customer_id, (%(keys)s::text[])[place], 'Step ' || place, 'service', '', 'email',
           CASE WHEN chance < 0.9 THEN 'sent' ELSE 'skipped' END, CASE WHEN chance < 0.9 THEN '' ELSE 'weekly_cap' END,
           '{{}}', '', '[]', 'token-' || entry.id || '-' || place, 1, moment, moment, moment,
           CASE WHEN chance < 0.9 THEN moment END, CASE WHEN chance < 0.5 THEN moment END,
           CASE WHEN chance < 0.04 THEN moment END, CASE WHEN chance < 0.04 THEN moment END
    FROM (SELECT *, row_number() OVER () AS n FROM chains_enrolment) AS entry
    CROSS JOIN generate_series(1, {touches} / {entries}) AS turn
    CROSS JOIN LATERAL (
        SELECT 1 + mod(entry.n + turn * 7, {steps}) AS place, random() AS chance,
               least(entry.entered_at + turn * interval '2 days', now()) AS moment WHERE entry.n > 0
    ) AS told;
    INSERT INTO crm_order (number, customer_id, kind, placed_at, currency, total, discount, refunded, tracking_number,
                           coupon_code, receipt_url, source, created_at)
    SELECT 'B-' || id, customer_id, 'goods', clicked_at, 'EUR', 30, 0, 0, '', '', '', '', now()
    FROM chains_touch WHERE clicked_at IS NOT NULL AND random() < 0.2;
    INSERT INTO crm_orderstanding (order_id, customer_id, placed_at, ordinal, net_revenue)
    SELECT id, customer_id, placed_at, row_number() OVER (PARTITION BY customer_id ORDER BY id), total FROM crm_order;
    INSERT INTO chains_orderattribution (order_id, touch_id, how, touched_at, attributed_at)
    SELECT id, substr(number, 3)::bigint, 'click', placed_at, now() FROM crm_order;
"""
TABLES = "VACUUM ANALYZE chains_touch, chains_enrolment, chains_orderattribution, segments_membership, crm_order"


def main() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        measure(fill())
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def fill() -> int:
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from crm.models import Shop
    from segments.starters import add_starter_segments
    from tests.chains.factories import live_chain, message

    settings.CURRENCY = "EUR"
    Shop.objects.update_or_create(pk=1, defaults={"reply_address": "help@example.com", "support_contact": "12345"})
    add_starter_segments("en", timezone.now())
    steps = (message(name=f"Step {number}") for number in range(STEPS))  # type: ignore[no-untyped-call]
    chain = live_chain(*steps, at=timezone.now())  # type: ignore[no-untyped-call]
    keys = [step["key"] for step in chain.version.program["steps"]]
    with connection.cursor() as cursor:
        cursor.execute(FILL.format(**SIZE, chain=chain.pk, version=chain.version_id), {"keys": keys})
        cursor.execute(TABLES)
    return int(chain.pk)


def measure(chain: int) -> None:
    from django.contrib.auth.models import User
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from chains.models import ResultsCount
    from chains.results import rollups

    now = timezone.now()
    print(f"counting {SIZE['touches']:,} touches: {rollups.rebuild(now).seconds_taken:.1f} s")
    days = rollups.changed_days(ResultsCount.objects.get(), now)[-8:]
    print(f"counting the last {len(days)} days: {rollups.count_days(days, now).seconds_taken:.1f} s")
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.create_superuser("owner"))
    pages = {
        "its own page": reverse("admin:chains_chain_change", args=[chain]),
        "results of thirty days": reverse("admin:chains_chain_results", args=[chain]),
        "results of a year": reverse("admin:chains_chain_results", args=[chain]) + "?preset=365",
        "the list of chains": reverse("admin:chains_chain_changelist"),
    }
    for name, address in pages.items():
        taken = [seconds(client, address) for _ in range(6)][1:]
        print(f"{name} (goal 0.3 s): {statistics.median(taken):.2f} s, at most {max(taken):.2f} s")


def seconds(client: Client, address: str) -> float:
    started = time.perf_counter()
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
