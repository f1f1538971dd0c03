"""What stands behind `manage.py start`: web, worker, beat and PostgreSQL under one roof."""
