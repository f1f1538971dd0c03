"""Django's PostgreSQL backend, for a server of the shop's own or the one that Encore starts when it is first needed."""

from pathlib import Path
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from config.database.refusal_hints import DatabaseRefusedError, explain_refusal
from config.database.server import ensure_running


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        """Asked for at every request, though a pool that is there opens its connections by what it was made with."""
        if self.alias in self._connection_pools:  # type: ignore[attr-defined]
            return {}
        params: dict[str, Any] = super().get_connection_params()
        directory = params.pop("embedded_directory", None)
        if directory is None:
            return params
        address = ensure_running(Path(directory))
        return {**params, "host": address.host, "port": address.port, "password": address.password}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError as error:
            raise DatabaseRefusedError(explain_refusal(str(error), self.settings_dict)) from error
