"""Reads the environment: an empty variable is as none, and a value of the wrong kind is refused by its name."""

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environs import Env
from environs.exceptions import EnvError


def _or_in_words(method: Any, expected: str) -> Any:
    def read(self: Env, name: str, *arguments: Any, **options: Any) -> Any:
        try:
            return method(self, name, *arguments, **options)
        except EnvError as error:
            raise ImproperlyConfigured(f"{name} must be {expected}, not {os.environ[name]!r}.") from error

    return read


class Variables(Env):
    bool = _or_in_words(Env.bool, "true or false")
    int = _or_in_words(Env.int, "a whole number")
    log_level = _or_in_words(Env.log_level, "DEBUG, INFO, WARNING or ERROR")

    def _get_value(self, env_key: str, default: Any) -> Any:
        """`NAME=` is what is left of a line whose value somebody took out."""
        value = super()._get_value(env_key, default)
        return default if isinstance(value, str) and not value.strip() else value
