#!/usr/bin/env python
"""Encore's command line."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # What is written under var/ is people's, and for nobody else on this machine; children inherit it.
    os.umask(0o077)
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here. Run `make setup`, then use .venv/bin/python.")

    from config.refusals import ending_in_words

    with ending_in_words():
        if sys.argv[1:2] == ["start"]:
            # It loads the apps itself, when there is something to prepare.
            from config.management.commands.start import Command

            Command().run_from_argv(sys.argv)
        else:
            # One thread shares nothing; a pool would wait half a minute and not say why there is no connection.
            os.environ.pop("DATABASE_POOL", None)
            execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
