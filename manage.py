#!/usr/bin/env python
"""Encore's command line."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here. Run `make setup`, then use .venv/bin/python.")

    from django.core.exceptions import ImproperlyConfigured

    from config.database.failure_hints import EmbeddedDatabaseError

    try:
        execute_from_command_line(sys.argv)
    except (EmbeddedDatabaseError, ImproperlyConfigured) as trouble:
        sys.exit(str(trouble))


if __name__ == "__main__":
    main()
