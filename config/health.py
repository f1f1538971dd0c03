"""Whether the shop's Encore is alive, for a monitor to ask."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return JsonResponse({"status": "down", "database": str(error)}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})
