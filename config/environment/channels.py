"""What the channels have to be told.

While settings are read there are no models yet, so the registry of channels cannot be asked: a channel that has
settings is known by the settings.py in its folder, which imports no models.
"""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environs import Env

import chains.channels

SPANS = {"s": 1, "m": 60, "h": 3600}


def read(env: Env) -> dict[str, Any]:
    """The settings of all channels, and how many messages a second each may send over all workers."""
    found: dict[str, Any] = {}
    for name in names():
        found |= import_module(f"chains.channels.{name}.settings").read(env)
    return {**found, "CHANNEL_RATES": rates({name: env.str(f"{name.upper()}_RATE", "") for name in names()})}


def names() -> list[str]:
    return sorted(file.parent.name for file in Path(chains.channels.__path__[0]).glob("*/settings.py"))


def rates(written: dict[str, str]) -> dict[str, float]:
    """Messages a second by channel, out of `10/s`, `300/m` or `5000/h`; channels left empty have no limit."""
    return {channel: _rate(f"{channel.upper()}_RATE", rate) for channel, rate in written.items() if rate}


def _rate(name: str, written: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)/([smh])", written)
    if not found or not float(found[1]):
        raise ImproperlyConfigured(f"{name} must say how many messages in what time, as 10/s, 300/m or 5000/h.")
    return float(found[1]) / SPANS[found[2]]
