"""Letters that ask a question, sent to somebody who bought a kettle."""

from chains.messages.blocks.registry import BLOCK_KINDS
from chains.messages.compiling import compile_text
from chains.messages.written import Block
from tests.chains.factories import written_text
from tests.chains.written_messages import make_touch
from tests.conftest import make_order, make_product

KEY = "a1b2c3d4"


def question(**content):
    new = {field.name: field.empty for field in BLOCK_KINDS["question"].fields}
    return Block("question", {**new, "words": "How is your {{ product.name }}?", **content}, key=KEY)


def make_asked_touch(shop, **content):
    order = make_order(product=make_product(name="Kettle"))
    touch = make_touch(order.customer, order=order)
    version = touch.enrolment.version
    compiled = compile_text(written_text(blocks=[question(**content)]), shop)
    version.program["steps"][0]["texts"] = {"email": {"en": compiled}}
    version.save()
    return touch
