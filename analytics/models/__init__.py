from analytics.models.dashboard import Dashboard
from analytics.models.goods import GoodsCount, GoodsPair, ReturnTrait
from analytics.models.rollups import CohortFigures, ComebackFigures, DayFigures
from analytics.models.target import Target, TargetReading

__all__ = [
    "CohortFigures",
    "ComebackFigures",
    "Dashboard",
    "DayFigures",
    "GoodsCount",
    "GoodsPair",
    "ReturnTrait",
    "Target",
    "TargetReading",
]
