"""A shop's REST API on loopback: pages of Shopify and WooCommerce over rows in memory, and all that goes wrong."""

import base64
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "shpat_of-a-test"
USER, SECRET = "ck_of-a-test", "cs_of-a-test"
RESOURCES = ("customers", "products", "orders")


class Trouble:
    """What answers a request instead of the shop: a status with headers and a body, or an action."""

    def __init__(self, status=200, body=b"", headers=(), act=None):
        self.status, self.body, self.headers, self.act = status, body, dict(headers), act


def slow(seconds):
    return Trouble(503, act=lambda handler: time.sleep(seconds))


def cut_in_the_middle():
    """Promises more than it sends."""

    def act(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'[{"id": 1')
        handler.close_connection = True

    return Trouble(0, act=act)


class ShopServer:
    """`rows` by resource, in the order of ids; `troubles` answer the next requests, one each, by path."""

    def __init__(self, page_size=2):
        self.rows = {resource: [] for resource in RESOURCES}
        self.refunds = {}
        self.page_size = page_size
        self.requests = []
        self.troubles = []
        self.bucket = None
        self.before_answer = lambda path, query: None
        self.lock = threading.Lock()

    def asked(self, path_end=""):
        return [query for path, query in self.requests if path.endswith(path_end)]

    def fail(self, *troubles):
        self.troubles.extend(troubles)

    def answer(self, handler):
        address = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        with self.lock:
            self.requests.append((address.path, query))
            trouble = self.troubles.pop(0) if self.troubles else None
        if trouble:
            return trouble
        self.before_answer(address.path, query)
        if address.path.startswith("/admin/api/"):
            return self._shopify(handler, address.path.rpartition("/admin/api/")[2].split("/", 1)[1], query)
        if address.path.startswith("/wp-json/wc/v3/"):
            return self._woocommerce(handler, address.path.removeprefix("/wp-json/wc/v3/"), query)
        return Trouble(404, b"<h1>Not found</h1>")

    def _shopify(self, handler, path, query):
        if handler.headers["X-Shopify-Access-Token"] != TOKEN:
            return _json({"errors": "[API] Invalid API key or access token"}, status=401)
        headers = {"X-Shopify-Shop-Api-Call-Limit": self.bucket} if self.bucket else {}
        resource, _slash, ending = path.removesuffix(".json").partition("/")
        rows = self.rows[resource]
        if resource == "orders" and query.get("status") != "any" and "page_info" not in query:
            rows = []
        if ending == "count":
            return _json({"count": len(rows)}, headers)
        after = int(query.get("since_id") or query["page_info"].removeprefix("after-"))
        rest = [row for row in rows if row["id"] > after]
        page = rest[: self.page_size]
        if len(rest) > len(page):
            address = f"https://elsewhere.example/x.json?limit=2&page_info=after-{page[-1]['id']}"
            headers["Link"] = f'<https://elsewhere.example/x?page_info=back>; rel="previous", <{address}>; rel="next"'
        return _json({resource: page}, headers)

    def _woocommerce(self, handler, path, query):
        if handler.headers["Authorization"] != f"Basic {base64.b64encode(f'{USER}:{SECRET}'.encode()).decode()}":
            return _json({"code": "woocommerce_rest_cannot_view", "message": "Sorry, you cannot list."}, status=401)
        parts = path.split("/")
        rows = self.rows[parts[0]] if len(parts) == 1 else self.refunds.get(int(parts[1]))
        if rows is None:
            return _json({"code": "woocommerce_rest_invalid_order_id", "message": "Invalid order ID."}, status=404)
        if "modified_after" in query and parts[0] != "customers":
            assert query["dates_are_gmt"] == "true"
            rows = [row for row in rows if row["date_modified_gmt"] >= query["modified_after"]]
        if query.get("order") == "desc":
            rows = rows[::-1]
        start = (int(query.get("page", 1)) - 1) * self.page_size
        pages = -(-len(rows) // self.page_size)
        return _json(rows[start : start + self.page_size], {"X-WP-Total": len(rows), "X-WP-TotalPages": pages})


def _json(body, headers=(), status=200):
    return Trouble(status, json.dumps(body).encode(), headers)


@contextmanager
def serving(shop):
    """The address of a server that answers as `shop` says."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            said = shop.answer(self)
            if said.act:
                said.act(self)
            if not said.status:
                return
            self.send_response(said.status)
            for name, value in ({"Content-Type": "application/json"} | said.headers).items():
                self.send_header(name, str(value))
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, *_words):
            """Tests count requests themselves."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
