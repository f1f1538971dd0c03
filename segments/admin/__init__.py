from segments.admin import earning_rule, membership, segment

__all__ = ["earning_rule", "membership", "segment"]
