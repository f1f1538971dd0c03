import os

import pytest
from django.conf import settings


def pytest_configure() -> None:
    """Tests neither ring a real worker nor spend their time on hashing passwords."""
    from config.celery import app

    if "CELERY_BROKER_URL" not in os.environ:
        app.conf.update(broker_url="memory://", broker_transport_options={})
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def shared_data():
    """The public data sets, laid beside the checkout."""
    return settings.BASE_DIR.parent / "shared" / "data"
