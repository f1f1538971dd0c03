from segments.models.change import Change
from segments.models.membership import Membership
from segments.models.segment import Segment, SegmentSize

__all__ = ["Change", "Membership", "Segment", "SegmentSize"]
