"""Ratings whose words may be shown become reviews, published since they were left: letters quoted them already."""

from django.db import migrations

# The newest of each customer and product; one of an order with several goods is about the order.
COPY = """
    WITH told AS (
        SELECT feedback.id, feedback.customer_id, feedback.order_id, feedback.score, feedback.text, feedback.left_at,
               coalesce(feedback.product_id, single.product_id) AS product_id, customer.language
        FROM crm_feedback AS feedback JOIN crm_customer AS customer ON customer.id = feedback.customer_id
        LEFT JOIN LATERAL (
            SELECT min(product_id) AS product_id FROM crm_orderline AS line
            WHERE line.order_id = feedback.order_id HAVING count(DISTINCT product_id) = 1
        ) AS single ON feedback.product_id IS NULL
        WHERE feedback.may_publish AND feedback.kind = 'rating' AND feedback.score IS NOT NULL
          AND length(trim(feedback.text)) >= 15 AND customer.erased_at IS NULL
    )
    INSERT INTO crm_review (
        customer_id, order_id, product_id, feedback_id, status, stars, answers, text, shown_as, may_publish, language,
        rewarded_points, created_at, changed_at, sent_at, published_at, decided_at, refusal, reply
    )
    SELECT DISTINCT ON (customer_id, product_id, CASE WHEN product_id IS NULL THEN order_id END)
           customer_id, order_id, product_id, id, 'published', score, '[]', trim(text), 'first_name', true, language,
           0, left_at, left_at, left_at, left_at, left_at, '', ''
    FROM told
    ORDER BY customer_id, product_id, CASE WHEN product_id IS NULL THEN order_id END, left_at DESC, id DESC
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0037_reviews")]

    # Backwards there is nothing to do: the ratings stay what they are, and the table of reviews goes.
    operations = [migrations.RunSQL(COPY, migrations.RunSQL.noop)]
