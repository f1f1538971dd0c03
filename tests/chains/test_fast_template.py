"""What is filled in without Liquid comes out as Liquid would have it, character by character."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chains.messages.fast_template import split_into_pieces
from chains.messages.sandbox import TemplateError, _by_liquid, _pieces, fill, parse

HOSTILE = st.text(alphabet=st.sampled_from("aЖ<>&\"' \n{}%\x00"), max_size=6)
WAYS = st.sampled_from(
    ["name", "shop.name", "links[0]", "links[1]", "order.lines", "missing", "shop.none", "name.size"]
)
CONTEXTS = st.fixed_dictionaries(
    {
        "name": st.one_of(HOSTILE, st.integers(), st.none(), st.booleans()),
        "shop": st.fixed_dictionaries({"name": HOSTILE, "none": st.none()}),
        "links": st.lists(HOSTILE, max_size=2),
        "order": st.fixed_dictionaries({"lines": st.lists(HOSTILE, max_size=2)}),
    }
)
WORDS = st.text(alphabet=st.sampled_from("ab <p>\n"), max_size=5)


def _with_default(way, words):
    return f'{{{{ {way} | default: "{words}" }}}}'


def _cut(way, words, most, ending):
    return f"{{{{ {way} | default: '{words}' | truncate: {most}, '{ending}' }}}}"


def _loop(way, each, has_counter):
    counter = "{{ forloop.index }}" if has_counter else ""
    return f"{{% for line in {way} %}}{{{{ line }}}}{each}{counter}{{% endfor %}}"


def _blocks(inner):
    branch = st.builds(
        lambda way, then, other: f"{{% if {way} != '' %}}{then}{{% else %}}{other}{{% endif %}}", WAYS, inner, inner
    )
    short = st.builds(lambda way, then: f"{{%- if {way} != '' -%}}{then}{{% endif %}}", WAYS, inner)
    loop = st.builds(_loop, WAYS, inner, st.booleans())
    return st.lists(st.one_of(inner, branch, short, loop), max_size=3).map("".join)


SOURCES = st.recursive(
    st.one_of(
        WORDS,
        WAYS.map(lambda way: f"{{{{ {way} }}}}"),
        st.builds(_with_default, WAYS, st.sampled_from(["", "a", "<b>", "'"])),
        st.builds(_cut, WAYS, st.sampled_from(["", "a", "<b>"]), st.integers(0, 4), st.sampled_from(["", "…", "<"])),
        st.just("{{ name | upcase }}"),
        st.just("{% if name == 'a' %}x{% endif %}"),
    ),
    _blocks,
    max_leaves=8,
)


def _outcome(work):
    try:
        return work()
    except TemplateError as error:
        return f"error: {error}"


@settings(max_examples=400, deadline=None)
@given(SOURCES, CONTEXTS, st.booleans())
def test_filled_in_directly_is_what_liquid_makes_of_it(source, context, is_html):
    direct = _outcome(lambda: fill(source, context, is_html=is_html))

    assert direct == _outcome(lambda: _by_liquid(source, context, is_html=is_html))


@pytest.mark.parametrize(
    ("source", "is_plain"),
    [
        ("Dear {{ customer.first_name }}", True),
        ("{% if links[0] != '' %}<a href=\"{{ links[0] }}\">here</a>{% else %}here{% endif %}", True),
        ("{{ customer.first_name | upcase }}", False),
        ("{% for line in order.lines %}{{ line.name }}{% endfor %}", True),
        ("{% for line in order.lines limit: 2 %}{{ line.name }}{% endfor %}", False),
        ("{% for a in order.lines %}{% for b in order.lines %}{{ b.name }}{% endfor %}{% endfor %}", False),
        ("{{ customer.first_name | default: 'there' }}", True),
        ("{{ customer.first_name | default: customer.city }}", False),
        ("{{ product.name | default: 'it' | truncate: 50, '…' }}", True),
        ("{{ product.name | default: 'it' | truncate: customer.age, '…' }}", False),
        ("{% if customer.city == 'Paris' %}Bonjour{% endif %}", False),
        ("{{ lines[customer.first_name] }}", False),
    ],
)
def test_only_words_values_and_questions_whether_one_is_there_are_filled_in_directly(source, is_plain):
    assert (split_into_pieces(parse(source)) is not None) is is_plain


def test_a_letter_that_grows_too_long_is_refused_whoever_fills_it_in():
    assert _pieces("{{ name }}", is_html=False) is not None

    with pytest.raises(TemplateError):
        fill("{{ name }}", {"name": "x" * 200_000})
