"""The API tried from its own document: no fault of ours, and no answer that the document does not tell of."""

import json

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from crm.intake.api.api import api
from crm.intake.api.keys import key_of
from crm.models import Source
from tests.conftest import make_customer, make_order

EXAMPLES = 5
SCHEMA = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"))))
SCHEMA.app = WSGIHandler()
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)}
load_all_checks()
CHECKED = CHECKS.get_by_names(
    ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
)


@pytest.fixture(autouse=True)
def one_connection():
    """A whole web server's handler closes connections between requests, and with them the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def source(db):
    make_order(number="A-1", customer=make_customer(email="ann@example.com", external_id="7"))
    return Source.objects.create(kind="api", name="Till", secret="s3cret", requests_a_minute=1_000_000)


def test_every_operation_is_described():
    assert len(OPERATIONS) == 29
    for operation in OPERATIONS.values():
        statuses = set(operation.definition.raw["responses"])
        assert {"200", "401", "403", "422", "429"} <= statuses
        for status, response in operation.definition.raw["responses"].items():
            assert list(response["content"]) == ["application/json" if status == "200" else "application/problem+json"]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_whatever_is_sent_is_answered_as_the_document_says(source, label, mode):
    headers = {"Authorization": f"Bearer {key_of(source)}"}

    @seed(20260310)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def call(case):
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKED)

    call()
