"""What results are, as SQL over the days of `results_span`.

What was sent belongs to the day it was sent, and so does all that followed, whenever it came: of a hundred letters of
Monday no more than a hundred can be clicked. What was not sent belongs to the day it came to its step.
"""

from __future__ import annotations

SPAN = """
    CREATE TEMPORARY TABLE results_span ON COMMIT DROP AS
    SELECT * FROM unnest(%(begin)s::timestamptz[], %(end)s::timestamptz[]) AS span (begins_at, ends_at)
"""

# A row a touch, and a row without a step for each who entered. A message arrived when nobody said that it came back;
# a task of staff when it was done. Orders without a standing were cancelled; refunds have lowered what the others left.
HAPPENED = """
    CREATE TEMPORARY TABLE results_happened ON COMMIT DROP AS
    SELECT touch.chain_id, touch.step_key, touch.variant, touch.enrolment_id, touch.reason,
           (coalesce(touch.sent_at, touch.created_at) AT TIME ZONE %(zone)s)::date AS day,
           touch.status IN ('failed', 'skipped', 'missed') AS is_not_sent,
           1 AS entered,
           is_sent::int AS sent,
           (is_sent AND (touch.purpose = 'service' OR touch.topic = ANY(%(useful_topics)s)))::int AS useful,
           (is_sent AND touch.bounced_at IS NULL AND (touch.channel <> 'staff_task' OR task.status = 'done'))::int
               AS delivered,
           (is_sent AND touch.opened_at IS NOT NULL)::int AS opened,
           (is_sent AND touch.clicked_at IS NOT NULL)::int AS clicked,
           (is_sent AND touch.replied_at IS NOT NULL)::int AS replied,
           (is_sent AND touch.unsubscribed_at IS NOT NULL)::int AS unsubscribed,
           (is_sent AND touch.complained_at IS NOT NULL)::int AS complained,
           (is_sent AND touch.bounced_at IS NOT NULL)::int AS bounced,
           (touch.status = 'control')::int AS held,
           ordered.*
    FROM (
        SELECT touch.id FROM results_span AS span
        JOIN chains_touch AS touch ON touch.sent_at >= span.begins_at AND touch.sent_at < span.ends_at
        UNION ALL
        SELECT touch.id FROM results_span AS span
        JOIN chains_touch AS touch ON touch.created_at >= span.begins_at AND touch.created_at < span.ends_at
        WHERE touch.sent_at IS NULL
    ) AS chosen
    JOIN chains_touch AS touch USING (id)
    CROSS JOIN LATERAL (SELECT touch.status = 'sent') AS state (is_sent)
    LEFT JOIN crm_stafftask AS task ON task.touch_id = touch.id
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE how = 'click') AS ordered_by_click,
               count(*) FILTER (WHERE how = 'delivery') AS ordered_by_delivery,
               coalesce(sum(net_revenue) FILTER (WHERE how = 'click'), 0) AS revenue_by_click,
               coalesce(sum(net_revenue) FILTER (WHERE how = 'delivery'), 0) AS revenue_by_delivery
        FROM chains_orderattribution JOIN crm_orderstanding USING (order_id)
        WHERE chains_orderattribution.touch_id = touch.id
    ) AS ordered
    UNION ALL
    SELECT enrolment.chain_id, '', '', enrolment.id, '', (enrolment.entered_at AT TIME ZONE %(zone)s)::date, false,
           1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM results_span AS span
    JOIN chains_enrolment AS enrolment
        ON enrolment.entered_at >= span.begins_at AND enrolment.entered_at < span.ends_at
"""

KEY = ("chain_id", "step_key", "variant", "segment_id", "day")
SUMS = (
    "entered", "sent", "useful", "delivered", "opened", "clicked", "replied", "unsubscribed", "complained", "bounced",
    "held", "ordered_by_click", "ordered_by_delivery", "revenue_by_click", "revenue_by_delivery",
)  # fmt: skip
# Everybody, and then each segment somebody was in when they entered the chain.
COUNTED = """
    WITH stay AS (
        SELECT DISTINCT enrolment.id AS enrolment_id, membership.segment_id
        FROM (SELECT DISTINCT enrolment_id FROM {happened} AS happened) AS happened
        JOIN chains_enrolment AS enrolment ON enrolment.id = happened.enrolment_id
        JOIN segments_membership AS membership ON membership.customer_id = enrolment.customer_id
            AND membership.entered_at <= enrolment.entered_at
            AND (membership.left_at IS NULL OR membership.left_at > enrolment.entered_at)
    ), counted AS (
        SELECT NULL::bigint AS segment_id, happened.* FROM {happened} AS happened
        UNION ALL
        SELECT stay.segment_id, happened.* FROM {happened} AS happened
        JOIN stay ON stay.enrolment_id = happened.enrolment_id
    )
"""
RESULTS = "{counted} SELECT {key}, {values} FROM counted GROUP BY {key}".replace(
    "{counted}", COUNTED.replace("{happened}", "results_happened")
)
NOT_SENT_KEY = ("chain_id", "step_key", "reason", "segment_id", "day")
NOT_SENT = "{counted} SELECT {key}, count(*) AS total FROM counted GROUP BY {key}".replace(
    "{counted}", COUNTED.replace("{happened}", "(SELECT * FROM results_happened WHERE is_not_sent)")
)

# Days of touches that something followed, or whose orders changed, since then. Events may be told a while later.
CHANGED_DAYS = """
    SELECT DISTINCT (coalesce(touch.sent_at, touch.created_at) AT TIME ZONE %(zone)s)::date
    FROM chains_touch AS touch WHERE touch.id IN (
        SELECT CASE WHEN event.properties ->> 'touch' ~ '^[0-9]{1,18}$'
                    THEN (event.properties ->> 'touch')::bigint END
        FROM crm_event AS event
        WHERE event.kind LIKE 'message.%%' AND event.occurred_at >= %(since)s - interval '1 day'
        UNION
        SELECT touch_id FROM chains_orderattribution WHERE attributed_at >= %(since)s
        UNION
        SELECT touch_id FROM chains_orderattribution JOIN crm_order AS bought ON bought.id = order_id
        WHERE bought.changed_at >= %(since)s
        UNION
        SELECT touch_id FROM crm_stafftask WHERE done_at >= %(since)s
    )
"""
