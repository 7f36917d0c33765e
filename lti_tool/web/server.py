"""A small WSGI server in a thread, for the demo and the tests; gunicorn serves in production."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

#: How often a running server looks whether it is to stop: `shutdown()` waits that long.
_STOP_CHECK_SECONDS = 0.05


class _SilentRequestHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Logs nothing: addresses of badges are personal data."""


def serve(app: WSGIApplication, listener: socket.socket) -> BaseWSGIServer:
    """A running server at a listening socket; the caller has to `shutdown()` and `server_close()` it."""
    host, port = listener.getsockname()
    server = make_server(
        host,
        port,
        close_responses(app),
        threaded=True,
        request_handler=_SilentRequestHandler,
        fd=listener.fileno(),
    )
    threading.Thread(target=server.serve_forever, args=(_STOP_CHECK_SECONDS,), daemon=True).start()
    return server


def close_responses(app: WSGIApplication) -> WSGIApplication:
    """The application, with each response closed once it is read or given up.

    PEP 3333 demands that of the server. Werkzeug's does not do it where the client went away meanwhile; what belongs
    to the response, such as a database session, would then stay open.
    """

    def closing_app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        response = app(environ, start_response)
        try:
            yield from response
        finally:
            close = getattr(response, "close", None)
            if close:
                close()

    return closing_app


def listen(port: int, address: str = "127.0.0.1") -> socket.socket:
    """A listening socket; port 0 takes any free port. Raises OSError where the port is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener
