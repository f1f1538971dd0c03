from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chains.messages.links import filled_link, link_source
from chains.messages.samples import nothing_known, sample
from chains.messages.sandbox import TemplateError
from tests.chains.written_messages import rendered


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("{{ customer.first_name }}", id="a name is no address"),
        pytest.param("https://{{ customer.city }}.example.com/", id="placeholder in the host"),
        pytest.param("https://shop.example.com{{ customer.city }}", id="placeholder glued to the host"),
        pytest.param("https://shop.example.com:{{ order.number }}/", id="placeholder in the port"),
        pytest.param("https://shop.example.com@evil.example/", id="user part"),
        pytest.param("{{ shop.site_url }}{{ customer.first_name }}", id="glued to the shop's address"),
        pytest.param("{{ shop.site_url }}.evil.example/", id="longer host"),
        pytest.param("{{ unsubscribe_url }}?x=1", id="own page with more"),
        pytest.param("{{ rate_url }}?score={{ order.number }}", id="rating from a placeholder"),
        pytest.param("javascript:alert(1)", id="script"),
        pytest.param("data:text/html,x", id="data"),
        pytest.param("//evil.example/", id="no scheme"),
        pytest.param("/catalogue", id="no host"),
        pytest.param("https:\\\\evil.example", id="backslashes"),
        pytest.param("https://shop.example.com/a b", id="space"),
        pytest.param('https://shop.example.com/"onclick=', id="quote"),
        pytest.param("{% if customer.city %}https://shop.example.com/{% endif %}", id="condition"),
        pytest.param("mailto:{{ customer.first_name }}@evil.example", id="placeholder in a mail address"),
    ],
)
def test_refuses_a_link_that_could_lead_elsewhere(written):
    with pytest.raises(TemplateError):
        link_source(written)


@pytest.mark.parametrize(
    ("written", "leads_to"),
    [
        ("https://shop.example.com", "https://shop.example.com"),
        ("https://магазин.рф/чай?из=письма", "https://магазин.рф/чай?из=письма"),
        ("https://shop.example.com/orders?n={{ order.number }}", "https://shop.example.com/orders?n=1042"),
        ("{{ shop.site_url }}", "https://shop.example"),
        ("{{shop.site_url}}/catalogue#new", "https://shop.example/catalogue#new"),
        ("{{ rate_url }}?score=5", "https://shop.example/m/r/sample/?score=5"),
        ("mailto:help@shop.example.com?subject={{ order.number }}", "mailto:help@shop.example.com?subject=1042"),
        ("tel:+44 20 7946 0000", "tel:+44 20 7946 0000"),
    ],
)
def test_fills_a_link_in(written, leads_to):
    assert filled_link(link_source(written), sample("en")) == leads_to


def test_a_hostile_name_stays_inside_its_place_in_the_link():
    context = {**sample("en"), "customer": {"first_name": "/../@evil.example/?x=1&y=2#"}}

    link = filled_link(link_source("https://shop.example.com/hello/{{ customer.first_name }}"), context)

    assert link == "https://shop.example.com/hello/%2F..%2F%40evil.example%2F%3Fx%3D1%26y%3D2%23"


@pytest.mark.parametrize(
    "kept", ["", "javascript:alert(1)", "https://a@evil.example/", "https://x y.example/", "ftp://x.y"]
)
def test_an_unfit_address_in_a_field_makes_no_link(kept):
    context = {**sample("en"), "product": {"instructions_url": kept}}

    assert filled_link(link_source("{{ product.instructions_url }}"), context) == ""


def test_a_link_without_an_address_leaves_its_words_and_takes_its_button_along():
    letter = rendered(
        nothing_known(),
        words="Read [the instructions]({{ product.instructions_url }}) first.",
        button=("Instructions", "{{ product.instructions_url }}"),
        picture="{{ product.picture_url }}",
    )

    assert letter.links == ["", ""]
    assert "Read the instructions first." in letter.html
    assert "Instructions</a>" not in letter.html
    assert 'src=""' not in letter.html
    assert "Read the instructions first." in letter.text


def test_a_letter_names_its_links_by_index_only():
    letter = rendered(
        words="See [care](https://shop.example.com/care) or [write](mailto:help@shop.example.com).",
        button=("Order", "https://shop.example.com/order?n={{ order.number }}"),
    )

    assert letter.links == [
        "https://shop.example.com/care",
        "mailto:help@shop.example.com",
        "https://shop.example.com/order?n=1042",
    ]
    for part in (letter.html, letter.text):
        assert "https://shop.example/m/c/sample/0/" in part
        assert "https://shop.example/m/c/sample/2/" in part
        assert "shop.example.com/care" not in part
        assert "mailto:help@shop.example.com" in part


@given(name=some.text(max_size=60))
@pytest.mark.parametrize(
    "written",
    [
        "https://shop.example.com/{{ customer.first_name }}/x?y={{ customer.first_name }}",
        "{{ shop.site_url }}?q={{ customer.first_name }}",
    ],
)
def test_whatever_a_customer_is_called_the_link_leads_to_the_shop(written, name):
    context = {"customer": {"first_name": name}, "shop": {"site_url": "https://shop.example.com"}}

    link = filled_link(link_source(written), context)

    assert urlsplit(link).netloc in {"shop.example.com", ""}
    assert link == "" or link.startswith("https://shop.example.com")
