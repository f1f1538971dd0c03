import pytest

from tests.crm.shops import woocommerce


@pytest.fixture
def woo(db):
    return woocommerce.connected()


@pytest.fixture
def tell(client, woo):
    """What the shop tells is taken and applied; what became of it."""

    def send(topic, told, **headers):
        assert woocommerce.post(client, woo, topic, told, **headers).status_code in (200, 202)
        return woocommerce.apply()

    return send
