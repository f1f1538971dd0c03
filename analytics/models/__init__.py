from analytics.models.dashboard import Dashboard
from analytics.models.rollups import CohortFigures, ComebackFigures, DayFigures

__all__ = ["CohortFigures", "ComebackFigures", "Dashboard", "DayFigures"]
