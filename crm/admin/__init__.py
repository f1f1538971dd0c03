from crm.admin import case, consent, customer, event, feedback, loyalty, merge, order, product, shop

__all__ = ["case", "consent", "customer", "event", "feedback", "loyalty", "merge", "order", "product", "shop"]
