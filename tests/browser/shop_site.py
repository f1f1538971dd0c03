"""A shop's site of its own origin, as strict as a site may be: no script but its own files and Encore's."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PAGE = "<!doctype html><html><head><title>{title}</title>{head}</head><body><h1>{title}</h1></body></html>"


class ShopSite:
    """`files` are what it serves beside its pages, by path; `head` is what every page begins with."""

    def __init__(self, encore):
        self.encore, self.head, self.files = encore, "", {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.answer(self)

            def log_message(self, *told):
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request):
        path = urlsplit(request.path).path
        kind, body = self.files.get(path) or ("text/html", PAGE.format(title=path.strip("/").title(), head=self.head))
        data = body if isinstance(body, bytes) else body.encode()
        request.send_response(200)
        request.send_header("Content-Type", f"{kind}; charset=utf-8")
        request.send_header("Content-Length", str(len(data)))
        shown = f"connect-src {self.encore}; style-src {self.encore}; img-src {self.encore}"
        policy = f"default-src 'none'; script-src 'self' {self.encore}; {shown}"
        request.send_header("Content-Security-Policy", policy)
        request.end_headers()
        request.wfile.write(data)

    def script(self, path, text):
        """A file of the site's own, loaded by every page before what it has already."""
        self.files[path] = ("text/javascript", text)
        self.head = f'<script src="{path}"></script>{self.head}'

    def close(self):
        self.server.shutdown()
        self.server.server_close()
