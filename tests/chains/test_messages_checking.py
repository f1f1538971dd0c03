import time

import pytest

from chains.messages.checking import check
from chains.messages.samples import sample
from chains.messages.sandbox import TemplateError, fill
from chains.messages.text_problems import problems
from tests.chains.written_messages import make_text


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param("{% for i in (1..999999999) %}x{% endfor %}", "repeats more than 1000 times", id="endless loop"),
        pytest.param("{% for i in (1..999999999) reversed %}x{% endfor %}", "repeats more than", id="reversed"),
        pytest.param(
            "{% if (1..999999999) contains 'x' %}x{% endif %}", "repeats more than", id="range in a condition"
        ),
        pytest.param("{{ (1..999999999) }}", "repeats more than", id="range printed"),
        pytest.param(
            "{% for a in (1..99) %}{% for b in (1..99) %}x{% endfor %}{% endfor %}", "repeats", id="nested loops"
        ),
        pytest.param("{% for a in (1..900) %}" + "x" * 200 + "{% endfor %}", "grows beyond 100 KB", id="huge output"),
        pytest.param(
            "{% assign a = 'xxxxxxxxxx' %}{% for i in (1..99) %}{% assign a = a | append: a %}{% endfor %}",
            "grows beyond",
            id="doubling",
        ),
        pytest.param("}}" * 4_000 + "{{" * 4_000, "never closed: }} is missing", id="unclosed braces"),
        pytest.param("{{ '" + "<" * 9_000 + "' " + "| escape" * 900 + "}}", "grows beyond", id="900 filters"),
        pytest.param(
            "{% assign a = '" + "x" * 9_000 + "' %}{{ a" + " | append: a" * 700 + " | size }}",
            "grows beyond",
            id="doubling within one placeholder",
        ),
        pytest.param("{% for i in (1..999) %}{% endfor %}" * 400, "too much work", id="400 loops"),
        pytest.param(
            "{% for i in (1..999) %}{{ 'x' " + "| upcase" * 2_000 + " | remove: 'X' }}{% endfor %}",
            "too much work",
            id="filters in a loop",
        ),
        pytest.param(
            "{% assign a = '" + "x" * 9_000 + "' %}{% for i in (1..999) %}{{ a | remove: 'y' | size }}{% endfor %}",
            "too much work",
            id="a long text in a loop",
        ),
        pytest.param("x" * 20_001, "longer than 20000 characters", id="long source"),
        pytest.param("{% include 'secrets' %}", "unexpected tag 'include'", id="include"),
        pytest.param("{% render 'secrets' %}", "unexpected tag 'render'", id="render"),
        pytest.param("{{ customer.first_name | safe }}", "Unknown filter 'safe'", id="unescaped"),
        pytest.param("{% if customer.city %}open", "never closed: {% endif %}", id="unclosed condition"),
        pytest.param("{{ customer.first_name", "Line 1", id="unclosed placeholder"),
        pytest.param("{{ 1 | divided_by: 0 }}", "divi", id="division by zero"),
        pytest.param("{% assign order = 'x' %}", "a name of Encore's own", id="name taken over"),
        pytest.param("{{ links[0] }}", "no placeholder", id="inner name"),
        pytest.param("{{ customer.__class__ }}", "no placeholder", id="inside of an object"),
    ],
)
def test_refuses_a_hostile_text_in_words(source, words):
    started = time.monotonic()

    with pytest.raises(TemplateError, match=words):
        check(source)

    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{% for a in order.lines %}{% for b in order.lines %}x{% endfor %}{% endfor %}", "repeats more than 1000"),
        ("{% for line in order.lines %}{% if line.name == 'x' %}{% endif %}{% endfor %}" * 200, "too much work"),
        ("{% for line in order.lines %}{{ line.name" + " | upcase" * 500 + " | size }}{% endfor %}", "too much work"),
    ],
    ids=["loop in a loop", "loop after loop", "filters in a loop"],
)
def test_a_text_that_only_one_order_makes_too_much_of_fails_for_that_one(source, words):
    check(source)
    context = sample("en")
    many = {**context, "order": {**context["order"], "lines": context["order"]["lines"][:1] * 900}}

    with pytest.raises(TemplateError, match=words):
        fill(source, many)


def test_names_the_line_and_the_placeholder_that_was_meant():
    with pytest.raises(TemplateError) as caught:
        check("Hello,\n\nyour order {{ order.nmuber }} is on its way.")

    assert str(caught.value) == "Line 3: There is no placeholder {{ order.nmuber }}. Did you mean {{ order.number }}?"


def test_finds_an_unknown_placeholder_in_a_branch_that_is_not_taken():
    with pytest.raises(TemplateError, match="Line 2"):
        check("{% if customer.city == 'Nowhere' %}\n{{ coupon.number }}{% endif %}")


def test_finds_an_unknown_field_of_an_order_line():
    with pytest.raises(TemplateError, match=r"line\.weight"):
        check("{% for line in order.lines %}{{ line.weight }}{% endfor %}")


@pytest.mark.parametrize(
    "source",
    [
        "Hello {{ customer.first_name | default: 'friend' | capitalize }}!",
        "{% for line in order.lines %}{{ forloop.index }}. {{ line.name }} × {{ line.quantity }}\n{% endfor %}",
        "{% if order.lines.size > 1 %}They{% else %}It{% endif %} will come {{ order.promised_on }}",
        "{% assign name = customer.first_name %}{{ name }}",
        "{% for i in (1..3) %}*{% endfor %}",
        "50 % off, {curly} and {{ shop.name }}",
    ],
)
def test_lets_useful_texts_pass(source):
    check(source)


def test_a_text_with_a_mistake_is_not_saved():
    text = make_text(subject="{{ custmer.name }}", button=("Go", "{{ customer.name }}"))

    found = dict(problems(text))

    assert set(found) == {"subject", "blocks.1.link"}
    assert "custmer" in found["subject"]


def test_the_documentation_names_every_placeholder(settings):
    from chains.messages.placeholders import KNOWN

    told = (settings.BASE_DIR / "docs" / "letters.md").read_text()

    assert [path for path in sorted(KNOWN) if f"`{path}`" not in told] == []
