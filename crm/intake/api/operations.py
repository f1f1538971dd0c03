"""Which refusals operations may answer, for the document of the API."""

from __future__ import annotations

from crm.intake.api.problems import Problem

REFUSED_READS = dict.fromkeys((400, 401, 403, 404, 422, 429), Problem)
REFUSED_WRITES = dict.fromkeys((400, 401, 403, 409, 413, 415, 422, 429), Problem)
