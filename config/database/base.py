"""Django's PostgreSQL backend, for a server of the shop's own or the one that Encore starts when it is first needed."""

import datetime as dt
from pathlib import Path
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.adapt import Loader

from config.database.refusal_hints import DatabaseRefusedError, explain_refusal
from config.database.server import ensure_running


class MomentLoader(Loader):
    """A moment as PostgreSQL writes it. Django reads it by a regular expression, which takes ten times as long."""

    timezone = dt.UTC

    def load(self, data: Any) -> dt.datetime:
        return dt.datetime.fromisoformat(bytes(data).decode())


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

    def _configure_connection(self, connection: Any) -> bool:
        """Of every connection that is opened, those of a pool too."""
        connection.adapters.register_loader("timestamptz", MomentLoader)
        return bool(super()._configure_connection(connection))  # type: ignore[misc]
