from segments.models.membership import Membership
from segments.models.segment import Segment, SegmentSize

__all__ = ["Membership", "Segment", "SegmentSize"]
