"""The letter that Encore sends, for django-post_office: the same words, links and headers as a Django template.

Encore's compiled sources hold placeholders and conditions that Django's templates spell alike, but for the index of a
link. What differs from letter to letter is filled in for each: the name, and the token in every address and header.
"""

from __future__ import annotations

import json
import re
from hashlib import md5
from typing import Any

NAME, TOKEN = "name-of-the-customer", "token-of-the-touch"


def sources(text: dict[str, Any]) -> dict[str, Any]:
    """What a post_office template needs, and the context and headers of one letter in words to be replaced."""
    from chains.messages.page_urls import page_urls
    from chains.messages.shop_letter import reply_address
    from chains.models.touch import message_id
    from crm.models import Shop

    shop, addresses = Shop.load(), page_urls(TOKEN)
    return {
        **{name: re.sub(r"links\[(\d+)\]", r"links.\1", text[name]) for name in ("subject", "text", "html")},
        "context": {
            **addresses,
            "customer": {"first_name": NAME},
            "shop": {name: getattr(shop, name) for name in ("name", "support_contact", "postal_address")},
            "product": {"name": ""},
            "subject": text["subject"].replace("{{ customer.first_name }}", NAME),
            "preheader": text["preheader"],
            "picture": text["picture"],
            "links": [f"{addresses['click_url']}{index}/" for index in range(len(text["links"]))],
        },
        "headers": {
            "Message-ID": message_id(TOKEN),
            "List-Unsubscribe": f"<{addresses['unsubscribe_url']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Reply-To": reply_address(shop, TOKEN),
        },
    }


def personal(part: dict[str, Any], number: int) -> dict[str, Any]:
    """A context or headers for the customer of this number."""
    token = md5(str(number).encode(), usedforsecurity=False).hexdigest()
    found: dict[str, Any] = json.loads(json.dumps(part).replace(NAME, f"Ann {number}").replace(TOKEN, token))
    return found
