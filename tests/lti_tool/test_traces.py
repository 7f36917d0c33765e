"""Traces go to a collector where one is set, name nobody and no address; and else nothing of them is even loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from config.errors import SettingsError
from config.settings import read_settings
from tests.fixtures import ROOT, SECRETS

NEEDED = {
    **SECRETS,
    "TOOL_URL": "https://badges.example.org",
    "ISSUER_FILE": str(ROOT / "config" / "issuer.example.toml"),
}


@dataclass
class Collector:
    """Takes spans, as they were sent."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)

    def spans(self) -> list[tuple[str, str, dict[str, Any], str]]:
        """Each span: its name, its kind, its attributes, and the text of its status."""
        found = []
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    for each in scope.spans:
                        values = {
                            pair.key: pair.value.string_value or pair.value.int_value
                            for pair in each.attributes
                        }
                        assert not each.events
                        found.append((each.name, each.SpanKind.Name(each.kind), values, each.status.message))
        return found


@pytest.fixture
def collector() -> Iterator[Collector]:
    taken = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            taken.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    taken.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield taken
    server.shutdown()
    server.server_close()


#: A request with a token in its address, one that fails, a call with a token, a job that fails with a name.
TRACED = """
import json, os, sys
from contextlib import suppress
from pathlib import Path
from config.settings import read_settings
from lti_tool import jobs, traces
from lti_tool.errors import OutgoingError
from lti_tool.store import outbox
from lti_tool.web import create_app
from lti_tool.wiring import build_tool, trace
from tests.lti_tool.web.conftest import browser_of

settings = read_settings(os.environ)
tool = build_tool(settings)
trace(settings, "web")
app = create_app(tool)

@app.get("/broken/<name>")
def broken(name):
    raise RuntimeError(f"no {name}, Anna")

browser = browser_of(app)
answer = browser.get("/shared/secret-token-in-path?code=secret-token-in-query")
browser.get("/broken/secret-token-in-path")
browser.get("/nowhere/secret-token-in-path")
with suppress(OutgoingError):
    tool.outgoing.get("https://lms.example.invalid/path?token=secret-token-in-query")
with suppress(OutgoingError):
    tool.outgoing.get(os.environ["CALLED"] + "/path?token=secret-token-in-query")
with tool.store.begin() as session:
    job_id = outbox.add(session, "look", {"course_id": 1}, tool.clock())
(job,) = outbox.claim(tool.store, "looks", tool.clock())
jobs.JOBS["look"] = lambda *_: (_ for _ in ()).throw(ValueError("Anna"))
jobs.run(tool, job)
print(json.dumps({"request_id": answer.headers["X-Request-ID"], "job_id": job_id}))
"""


def run(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **NEEDED, **environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_requests_jobs_and_calls_are_traced_without_people_and_tokens(
    collector: Collector, tmp_path: Path
) -> None:
    told = json.loads(
        run(
            TRACED,
            OTEL_EXPORTER_OTLP_ENDPOINT=f"{collector.url}/",
            DATABASE_URL=f"sqlite:///{tmp_path / 'nozimite.sqlite'}",
            MAIL_FOLDER=str(tmp_path / "mail"),
            PRIVATE_HOSTS="127.0.0.1",
            CALLED=collector.url,
        ).splitlines()[-1]
    )
    spans = collector.spans()
    by_name = {name: (kind, values, status) for name, kind, values, status in spans}
    kind, values, _ = by_name["GET /shared/<token>"]
    assert kind == "SPAN_KIND_SERVER"
    assert values == {
        "http.request.method": "GET",
        "http.route": "/shared/<token>",
        "http.response.status_code": 404,
        "nozimite.request_id": told["request_id"],
    }
    assert by_name["GET /broken/<name>"][1]["http.response.status_code"] == 500
    assert by_name["GET (none)"][1]["http.response.status_code"] == 404
    kind, values, status = by_name["GET lms.example.invalid"]
    assert (kind, status) == ("SPAN_KIND_CLIENT", "OutgoingError")
    assert values == {"http.request.method": "GET", "server.address": "lms.example.invalid"}
    assert by_name["GET 127.0.0.1"][1]["http.response.status_code"] == 501
    kind, values, _ = by_name["job look"]
    assert (kind, values["job_id"]) == ("SPAN_KIND_INTERNAL", told["job_id"])
    sent = b"".join(collector.bodies)
    assert b"secret-token" not in sent and b"Anna" not in sent
    assert b"nozimite.process" in sent


#: What a web process and a worker load, and a request. The client of Valkey would load OpenTelemetry where it is
#: installed; as it is refused here, whatever of ours asked for it would fail.
UNTRACED = """
import os, sys
sys.modules["opentelemetry"] = None
import lti_tool.tasks, lti_tool.worker, lti_tool.doctor
from config.settings import read_settings
from lti_tool.web import create_app
from lti_tool.wiring import build_tool, trace
from tests.lti_tool.web.conftest import browser_of

settings = read_settings(os.environ)
trace(settings, "web")
assert browser_of(create_app(build_tool(settings))).get("/healthz").status_code == 200
print([name for name in sys.modules if name.startswith("opentelemetry.")])
"""


def test_without_a_collector_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    printed = run(
        UNTRACED,
        OTEL_EXPORTER_OTLP_ENDPOINT="",
        DATABASE_URL=f"sqlite:///{tmp_path / 'nozimite.sqlite'}",
        MAIL_FOLDER=str(tmp_path / "mail"),
    )
    assert printed.splitlines()[-1] == "[]"


#: As where requirements-otel.lock was not installed.
NOT_INSTALLED = """
import os, sys
from config.errors import SettingsError
from config.settings import read_settings
from lti_tool.wiring import trace

sys.modules["opentelemetry"] = None
try:
    trace(read_settings(os.environ), "web")
except SettingsError as error:
    print(error)
"""


def test_where_it_is_not_installed_the_start_says_what_to_install() -> None:
    printed = run(NOT_INSTALLED, OTEL_EXPORTER_OTLP_ENDPOINT="http://localhost:4318")
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in printed
    assert "requirements-otel.lock" in printed


@pytest.mark.parametrize(
    "address",
    [
        "localhost:4318",
        "grpc://localhost:4317",
        "http://",
        "http://user:password@localhost",
        "http://localhost?a",
    ],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="OTEL_EXPORTER_OTLP_ENDPOINT") as refused:
        read_settings(NEEDED | {"OTEL_EXPORTER_OTLP_ENDPOINT": address})
    assert "password@" not in str(refused.value)


@pytest.mark.parametrize("door", ["wsgi.py", "commands/worker.py"])
def test_what_serves_and_what_works_are_both_traced(door: str) -> None:
    process = {"wsgi.py": "web", "commands/worker.py": "worker"}[door]
    source = (ROOT / "lti_tool" / door).read_text(encoding="utf-8")
    assert f'trace(settings, "{process}")' in source
