"""What a browser may load and run on each page (Content Security Policy): nothing that somebody wrote into a page.

The admin's frame evaluates the expressions in its own markup (Alpine) and styles in place; letters are shown there as
they were written, in frames without scripts, which inherit what the page may. Pages for customers need none of that.
"""

from __future__ import annotations

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

PUBLIC: dict[str, Any] = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    # Icons that a stylesheet holds.
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
    "worker-src": [SELF],
    # A yes leads on to the page that the shop has named.
    "form-action": [SELF, "https:", "http:"],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
# What was bought is shown by the pictures of the shop's own site.
OWN_PAGE: dict[str, Any] = PUBLIC | {"img-src": [SELF, "data:", "https:", "http:"]}
ADMIN: dict[str, Any] = PUBLIC | {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE, "https:"],
    "img-src": [SELF, "data:", "blob:", "https:", "http:"],
    "font-src": [SELF, "data:", "https:"],
    "media-src": [SELF],
    "frame-src": [SELF],
    "form-action": [SELF],
    "base-uri": [SELF],
    "frame-ancestors": [SELF],
}
# The API's description is drawn by a script that styles in place.
API_DOCS: dict[str, Any] = PUBLIC | {"style-src": [SELF, UNSAFE_INLINE], "form-action": [SELF]}
# Pages of the shop's site show them in frames.
REVIEWS: dict[str, Any] = PUBLIC | {"script-src": [NONE], "frame-ancestors": ["*"]}
BY_START = (("/admin/", ADMIN), ("/m/my/", OWN_PAGE), ("/api/v1/docs", API_DOCS), ("/reviews/", REVIEWS))


def of(path: str) -> dict[str, Any]:
    return next((policy for start, policy in BY_START if path.startswith(start)), PUBLIC)


class ContentPolicy(CSPMiddleware):
    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        if report_only:
            return super().get_policy_parts(request, response, report_only)
        return PolicyParts(config=of(request.path))
