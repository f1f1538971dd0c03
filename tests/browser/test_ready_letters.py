"""Every ready letter on a phone and on a desk, in the light and in the dark, with names as long as shops give them."""

import pytest

from chains.messages.compiling import compile_text
from chains.messages.personal import made_up_blocks
from chains.messages.rendering import render
from chains.messages.samples import sample
from chains.ready.chains import READY_CHAINS
from chains.ready.install import ready_texts
from chains.ready.steps import letters_of
from crm.languages import codes
from tests.chains.written_messages import make_shop

LONG = "Electric kettle with a temperature control, PWK-1725CGLD-Professional, 1.7 l, glass and stainless steel"
SEEN = """() => {
    const channels = (color) => color.match(/[\\d.]+/g).map(Number);
    const light = (color) => channels(color).slice(0, 3).map((one) => one / 255)
        .map((one) => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
        .reduce((sum, one, index) => sum + one * [0.2126, 0.7152, 0.0722][index], 0);
    const behind = (node) => {
        for (; node; node = node.parentElement) {
            const color = getComputedStyle(node).backgroundColor;
            if (channels(color)[3] !== 0) return color;
        }
        return "rgb(255, 255, 255)";
    };
    const faint = [], cut = [], range = document.createRange();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const node = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || !node.checkVisibility() || !node.getClientRects().length) continue;
        range.selectNodeContents(texts.currentNode);
        // What is wider than a card is hidden there: the page itself grows no wider.
        if (range.getBoundingClientRect().right > innerWidth - 20) cut.push(texts.currentNode.data.trim());
        const [dark, bright] = [light(getComputedStyle(node).color), light(behind(node))].sort((a, b) => a - b);
        if ((bright + 0.05) / (dark + 0.05) < 4.5) faint.push(texts.currentNode.data.trim());
    }
    const buttons = [...document.querySelectorAll("a[style*='background'], a.square")];
    const small = buttons.filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.innerText);
    return { width: document.documentElement.scrollWidth, cut, faint, small };
}"""


def context_of(compiled):
    known = sample(compiled["language"])
    line = {**known["order"]["lines"][0], "name": LONG, "picture_url": "https://shop.example/kettle.jpg"}
    order = {
        **known["order"],
        "number": "RB-2026-000000001042",
        "products": LONG,
        "lines": [line, {**line, "picture_url": ""}],
    }
    customer = {**known["customer"], "first_name": "Bartholomew-Maximilian"}
    product = {**known["product"], "name": LONG}
    return {**known, "customer": customer, "order": order, "product": product, **made_up_blocks(compiled)}


@pytest.fixture
def reader(chromium):
    page = chromium.new_page()
    page.route("https://**", lambda route: route.abort())
    yield page
    page.close()


@pytest.mark.parametrize("language", codes())
@pytest.mark.parametrize("ready", READY_CHAINS, ids=lambda ready: ready.key)
def test_fits_and_can_be_read_and_pressed(reader, ready, language):
    for letter in letters_of(ready):
        compiled = compile_text(ready_texts(ready, letter, language)[0], make_shop())
        reader.set_content(render(compiled, context_of(compiled)).html)

        for scheme in ("light", "dark"):
            reader.emulate_media(color_scheme=scheme)
            for width in (320, 600):
                reader.set_viewport_size({"width": width, "height": 900})
                seen = reader.evaluate(SEEN)
                assert seen == {"width": width, "cut": [], "faint": [], "small": []}, (letter.key, scheme)
