"""Ten rules, each with what somebody who knows the tables would write for the same question: what follows
`FROM crm_customer c`, and an `AND` follows it.
"""

from __future__ import annotations

from typing import Any

CURRENT = "c.merged_into_id IS NULL AND c.erased_at IS NULL"
# Profile conditions hold for nobody who refused profiling: the last line of the ledger about it decides.
AGREED = """NOT EXISTS (SELECT 1 FROM (SELECT DISTINCT ON (customer_id) customer_id, action FROM crm_consentrecord
                             WHERE purpose = 'profiling' ORDER BY customer_id, occurred_at DESC, id DESC) told
                       WHERE told.customer_id = c.id AND told.action <> 'granted')"""
STATS = "JOIN crm_customerstats s ON s.customer_id = c.id"
RULES: dict[str, tuple[dict[str, Any], str]] = {
    "seed example (B9)": (
        {
            "all": [
                {"field": "age", "operator": "at_least", "value": 25},
                {"field": "age", "operator": "at_most", "value": 34},
                {"field": "bought_category", "operator": "bought", "value": ["3"]},
                {
                    "field": "opened",
                    "operator": "at_least",
                    "value": 2,
                    "where": [{"field": "tag", "operator": "has", "value": ["recipes"]}],
                },
                {"field": "city", "operator": "is", "value": ["City 0", "City 1"]},
            ]
        },
        # The narrow conditions first and by themselves, or the planner counts letters of four times as many people.
        f"""WHERE c.id IN (
                WITH narrow AS MATERIALIZED (
                    SELECT c.id FROM crm_customer c WHERE c.born_on <= '2001-03-10' AND c.born_on > '1991-03-10'
                    AND c.city IN ('City 0', 'City 1') AND {AGREED}
                    AND EXISTS (SELECT 1 FROM crm_order o JOIN crm_orderline l ON l.order_id = o.id
                                JOIN crm_product p ON p.id = l.product_id
                                WHERE o.customer_id = c.id AND o.cancelled_at IS NULL AND p.category_id = 3)
                )
                SELECT id FROM narrow WHERE (
                    SELECT count(DISTINCT properties ->> 'touch') FROM crm_event e WHERE e.customer_id = narrow.id
                    AND e.kind = 'message.opened' AND NOT properties @> '{{"is_machine": true}}'
                    AND properties @> '{{"tags": ["recipes"]}}'
                ) >= 2)""",  # noqa: S608 - constants of this file
    ),
    "repeat buyers": (
        {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]},
        f"{STATS} WHERE s.orders_count >= 2",
    ),
    "sleeping": (
        {"all": [{"field": "stage", "operator": "is", "value": ["sleeping"]}]},
        f"{STATS} WHERE s.last_order_at >= '2025-03-10' AND s.last_order_at < '2025-09-12'",
    ),
    "active": (
        {"all": [{"field": "stage", "operator": "is", "value": ["active"]}]},
        f"""{STATS} WHERE s.first_order_at < '2026-02-08' AND s.last_order_at >= '2025-09-12'
            AND date '2026-03-10' - (s.last_order_at AT TIME ZONE 'UTC')::date
                <= CASE WHEN s.median_gap_days >= 1 THEN s.median_gap_days * 1.5 ELSE 90 END""",
    ),
    "two orders in 90 days": (
        {"all": [{"field": "orders_count", "operator": "at_least", "value": 2, "window": 90}]},
        """JOIN (SELECT customer_id FROM crm_order WHERE cancelled_at IS NULL AND placed_at >= '2025-12-10'
                 GROUP BY customer_id HAVING count(*) >= 2) g ON g.customer_id = c.id WHERE true""",
    ),
    "under 1000 in a year": (
        {"all": [{"field": "revenue", "operator": "at_most", "value": 1000, "window": 365}]},
        """WHERE NOT EXISTS (SELECT 1 FROM (SELECT customer_id FROM crm_orderstanding WHERE placed_at >= '2025-03-10'
                 GROUP BY customer_id HAVING sum(net_revenue) > 1000) g WHERE g.customer_id = c.id)""",
    ),
    "category not bought in 90 days": (
        {"all": [{"field": "bought_category", "operator": "not_bought", "value": ["3"], "window": 90}]},
        """WHERE NOT EXISTS (SELECT 1 FROM crm_order o JOIN crm_orderline l ON l.order_id = o.id
                 JOIN crm_product p ON p.id = l.product_id WHERE o.customer_id = c.id AND o.cancelled_at IS NULL
                 AND p.category_id = 3 AND o.placed_at >= '2025-12-10')""",
    ),
    "city or tag": (
        {
            "any": [
                {"field": "city", "operator": "is", "value": ["City 3"]},
                {"field": "tags", "operator": "has", "value": ["club"]},
            ]
        },
        f"WHERE (c.city = 'City 3' AND {AGREED} OR c.tags && '{{club}}'::varchar[])",
    ),
    "no complaint, or a big buyer": (
        {
            "any": [
                {"field": "open_case", "operator": "has_not", "value": ["complaint"]},
                {"field": "revenue", "operator": "at_least", "value": 5000},
            ]
        },
        """LEFT JOIN crm_customerstats s ON s.customer_id = c.id
           WHERE (NOT EXISTS (SELECT 1 FROM crm_case k WHERE k.customer_id = c.id AND k.resolved_at IS NULL
                  AND k.kind = 'complaint') OR s.revenue >= 5000)""",
    ),
    "reachable, 30 days silent": (
        {
            "all": [
                {"field": "reachable", "operator": "is", "value": ["email"]},
                {"field": "last_order", "operator": "ago", "value": 30},
                {"field": "last_order", "operator": "within", "value": 59},
            ]
        },
        f"""{STATS} WHERE s.last_order_at < '2026-02-09' AND s.last_order_at >= '2026-01-10'
            AND EXISTS (SELECT 1 FROM crm_contact k WHERE k.customer_id = c.id AND k.channel = 'email'
                        AND k.state = 'active' AND k.marketing_consent = 'granted')""",  # noqa: S608 - constants of this file
    ),
}
