import json

import pytest

from crm.intake.api.keys import key_of
from crm.models import Source


@pytest.fixture
def source(db):
    return Source.objects.create(kind="api", name="Till", secret="s3cret")


@pytest.fixture
def post(client, source):
    def send(path, body, key=None, **headers):
        return client.post(
            f"/api/v1/{path}", body if isinstance(body, str) else json.dumps(body), content_type="application/json",
            headers={"authorization": f"Bearer {key or key_of(source)}"} | headers,
        )  # fmt: skip

    return send


@pytest.fixture
def get(client, source):
    def ask(path, **query):
        return client.get(f"/api/v1/{path}", query, headers={"authorization": f"Bearer {key_of(source)}"})

    return ask
