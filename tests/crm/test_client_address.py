"""From where a request comes, with and without proxies in front; nobody can make themselves another's."""

import pytest

from crm.client_address import client_address, client_network


@pytest.mark.parametrize(
    ("proxies", "forwarded", "connected", "address"),
    [
        (0, None, "203.0.113.9", "203.0.113.9"),
        (0, "198.51.100.1", "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1", "10.0.0.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "10.0.0.1", "198.51.100.1"),
        (1, " 6.6.6.6 ,198.51.100.1 ", "10.0.0.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 172.16.0.1", "10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "10.0.0.1", ""),
        (1, None, "10.0.0.1", ""),
        (1, "", "10.0.0.1", ""),
        (1, "unknown", "10.0.0.1", ""),
        (1, "6.6.6.6, <script>", "10.0.0.1", ""),
        (1, "198.51.100.1:4711", "10.0.0.1", "198.51.100.1"),
        (1, "[2001:db8::7]:4711", "10.0.0.1", "2001:db8::7"),
        (1, "2001:DB8::7", "10.0.0.1", "2001:db8::7"),
        (0, None, "::ffff:203.0.113.9", "203.0.113.9"),
        (0, None, "fe80::1%eth0", "fe80::1"),
        (0, None, "", ""),
    ],
)
def test_the_address_is_the_one_that_the_outermost_proxy_has_seen(rf, settings, proxies, forwarded, connected, address):
    settings.PROXIES = proxies
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}

    assert client_address(rf.get("/", headers=headers, REMOTE_ADDR=connected)) == address


@pytest.mark.parametrize(
    ("connected", "network"),
    [("203.0.113.9", "203.0.113.9"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("", "")],
)
def test_whoever_has_many_addresses_is_one_place(rf, settings, connected, network):
    settings.PROXIES = 0

    assert client_network(rf.get("/", REMOTE_ADDR=connected)) == network
