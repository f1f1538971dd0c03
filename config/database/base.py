"""Django's PostgreSQL backend, for the server that Encore starts itself when it is first needed."""

from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base

from config.database.server import ensure_running


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        """Asked for at every request, though a pool that is there opens its connections by what it was made with."""
        if self.alias in self._connection_pools:  # type: ignore[attr-defined]
            return {}
        params: dict[str, Any] = super().get_connection_params()
        address = ensure_running(Path(params.pop("embedded_directory")))
        return {**params, "host": address.host, "port": address.port, "password": address.password}
