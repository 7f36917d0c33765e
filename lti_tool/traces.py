"""Traces for OpenTelemetry: requests, jobs and calls of others as spans, where a collector is set; else nothing at all.

A span has names of things and numbers, never a person, an address with its path, or a query: an address may hold a
token. Nothing of OpenTelemetry is loaded unless `set_up_traces` is called. The libraries that trace Flask, SQLAlchemy
and HTTP by themselves are not used, because they write addresses and statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from lti_tool import __version__

Attributes = Mapping[str, str | int]
Note = Callable[[str, str | int], None]

_Start = Callable[[str, str, Attributes], AbstractContextManager[Note]]

#: How a span is begun; None while there is no collector.
_start: _Start | None = None


@contextmanager
def span(name: str, kind: str = "internal", **about: str | int) -> Iterator[Note]:
    """A span around the block, whose error is its own; what it gives notes further attributes, with dots in names.

    `kind`: `server` where somebody asks us, `client` where we ask somebody, `internal` for work of our own.
    """
    if _start is None:
        yield _nothing
        return
    with _start(name, kind, about) as note:
        yield note


def _nothing(_name: str, _value: str | int) -> None:
    """Notes nothing."""


def set_up_traces(endpoint: str, process: str) -> None:
    """Sends spans to the collector at that address (OTLP over HTTP) from now on, the last when the process ends.

    `process` is what runs here: `web` or `worker`. Other settings of OpenTelemetry are read from OTEL_... variables by
    its own library. Raises ModuleNotFoundError where that is not installed.
    """
    global _start
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import SpanKind, Status, StatusCode

    named = {"service.name": "nozimite", "service.version": __version__, "nozimite.process": process}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces")))
    tracer = provider.get_tracer("nozimite", __version__)

    @contextmanager
    def start(name: str, kind: str, about: Attributes) -> Iterator[Note]:
        kinds = {"server": SpanKind.SERVER, "client": SpanKind.CLIENT}
        with tracer.start_as_current_span(
            name,
            kind=kinds.get(kind, SpanKind.INTERNAL),
            attributes=about,
            # The library would record the text of an error, which may name a person or hold an address.
            record_exception=False,
            set_status_on_exception=False,
        ) as current:
            try:
                yield current.set_attribute
            except BaseException as error:
                current.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    _start = start
