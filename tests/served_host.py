"""A host of Open Badges 3.0 at a port of this machine, with a page on which learners allow what is asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

from flask import Flask, Response, redirect, request
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as AnyResponse

from tests.fake_host import FakeHost

NAME = "host.localhost"


@contextmanager
def served_host(client_site: str) -> Iterator[FakeHost]:
    """The host, until the block ends; whatever registers there is at `client_site`."""
    server = make_server("127.0.0.1", 0, Flask(__name__), threaded=True)
    host = FakeHost(f"http://{NAME}:{server.port}", client_site, private_hosts=[NAME])
    server.app = _app(host)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def _app(host: FakeHost) -> Flask:
    app = Flask(__name__)

    @app.get("/authorize")
    def ask() -> Response:
        asked = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in request.args.items()
        )
        page = (
            "<!DOCTYPE html><html lang=en><title>Backpack</title>"
            "<style>button:focus { outline: 3px solid }</style><h1>Allow badges to be brought here?</h1>"
            f'<form action="/answer">{asked}<button name="allowed" value="yes">Allow</button>'
            '<button name="allowed" value="no">Decline</button></form>'
        )
        return Response(page, mimetype="text/html")

    @app.get("/answer")
    def answer() -> AnyResponse:
        query = request.query_string.decode().rpartition("&allowed=")[0]
        changes = {} if request.args["allowed"] == "yes" else {"error": "access_denied", "code": None}
        return redirect(host.let_in(f"{host.base}/authorize?{query}", **changes), 303)

    @app.get("/favicon.ico")
    def icon() -> Response:
        return Response(status=204)

    @app.route("/<path:_path>", methods=["GET", "POST"])
    def api(_path: str) -> Response:
        url = f"{host.base}{request.path}"
        said = host.request(request.method, url, headers=dict(request.headers), data=request.get_data())
        headers = {name: value for name, value in said.headers.items() if name.lower() != "content-length"}
        return Response(said.body, said.status, headers)

    return app
