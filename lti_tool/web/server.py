"""A small WSGI server in a thread, for the demo and the tests; in production gunicorn serves."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: the address of a badge is nobody's business."""


def serve(app: Flask, listening: socket.socket) -> BaseWSGIServer:
    """The server that answers at a listening socket, already running; the caller shuts it down and closes it."""
    host, port = listening.getsockname()
    server = make_server(
        host,
        port,
        closing(app),
        threaded=True,
        request_handler=_Quiet,
        fd=listening.fileno(),
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def closing(app: WSGIApplication) -> WSGIApplication:
    """`app`, with each answer closed when it has been read: Werkzeug's server forgets to, where a reader has gone."""

    def answered(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        answer = app(environ, start_response)
        try:
            yield from answer
        finally:
            close = getattr(answer, "close", None)
            if close:
                close()

    return answered


def listen(port: int, address: str = "127.0.0.1") -> socket.socket:
    """A listening socket; port 0 takes any that is free."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((address, port))
    listening.listen(128)
    return listening
