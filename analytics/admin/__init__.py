from analytics.admin.dashboard import DashboardAdmin

__all__ = ["DashboardAdmin"]
