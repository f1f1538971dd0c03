"""The members of a segment as a file, written while it is read: a million of them take no more memory than a page."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from django.views.decorators.http import require_GET
from openpyxl import Workbook

from crm.admin.export import CustomerResource, may_export
from crm.models import Customer
from segments.models import Membership, Segment

BATCH = 2_000


class Echo:
    """What a CSV writer writes to comes back as the line."""

    def write(self, line: str) -> str:
        return line


@require_GET
@permission_required("segments.view_segment", raise_exception=True)
def members_file_view(request: HttpRequest, segment_id: int, extension: str) -> HttpResponseBase:
    """The members of now, for whoever may export customers. Cells that a spreadsheet would run are made harmless."""
    if not may_export(request.user, Customer):
        raise PermissionDenied
    segment = get_object_or_404(Segment, pk=segment_id)
    name = f"{slugify(segment.name) or f'segment-{segment.pk}'}.{extension}"
    if extension == "csv":
        writer = csv.writer(Echo())
        lines = (writer.writerow(row) for row in _rows(segment))
        return StreamingHttpResponse(
            lines,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    if extension == "xlsx":
        return FileResponse(_sheet(segment), as_attachment=True, filename=name)
    raise Http404


def _rows(segment: Segment) -> Iterator[list[Any]]:
    resource = CustomerResource()
    yield resource.get_export_headers()
    stays = Membership.objects.open().filter(segment=segment).values("customer")
    members = Customer.objects.current().filter(pk__in=stays).order_by("pk")
    for customer in resource.filter_export(members).iterator(chunk_size=BATCH):
        yield resource.export_resource(customer)


def _sheet(segment: Segment) -> Any:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in _rows(segment):
        sheet.append(row)
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return file
