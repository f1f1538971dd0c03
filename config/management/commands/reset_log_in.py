from argparse import ArgumentParser
from typing import Any

from axes.utils import reset
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from config.log_in import two_step


class Command(BaseCommand):
    help = "Lets somebody in again who is locked out: forgets wrong passwords and switches two-step log-in off."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["username"]
        user = get_user_model()._default_manager.filter(username=name).first()
        if user is None:
            raise CommandError(f"Nobody is called {name} here.")
        reset(username=name)
        two_step.switch_off(user)
        self.stdout.write(f"{name} may log in by the password alone. manage.py changepassword {name} sets a new one.")
