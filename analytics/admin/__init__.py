from analytics.admin.dashboard import DashboardAdmin
from analytics.admin.target import TargetAdmin

__all__ = ["DashboardAdmin", "TargetAdmin"]
