from segments.admin import membership, segment

__all__ = ["membership", "segment"]
