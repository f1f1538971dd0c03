"""What learning from everybody's purchases rests on, whatever is learnt from them."""

import datetime as dt

LEARNT_FROM = dt.timedelta(days=730)
# Whoever bought more different products in that time buys for a trade, and would alone make thousands of pairs.
MOST_PRODUCTS = 100

# Follows FROM: the lines that customers kept, `since` … `now`.
KEPT_LINES = """
    crm_order AS orders JOIN crm_orderline AS line ON line.order_id = orders.id
    WHERE orders.cancelled_at IS NULL AND line.returned_quantity < line.quantity
      AND orders.placed_at > %(since)s AND orders.placed_at <= %(now)s
"""
