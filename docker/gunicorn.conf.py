"""Gunicorn's settings in the image. The environment decides how many processes serve."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from typing import Any

import gunicorn.http.wsgi

# With BROKER_URL left at memory:// the worker lives inside the one web process: a second would not see its work.
_embedded = (os.environ.get("BROKER_URL") or "memory://").startswith("memory://")

wsgi_app = "lti_tool.wsgi:application"
bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = 1 if _embedded else int(os.environ.get("WEB_CONCURRENCY") or 2)
# A client that has sent half a request holds a thread, one that has sent nothing a connection. What withstands many of
# them is the proxy in front, which passes on whole requests.
threads = 64
worker_connections = 1000
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190
# A fork of a running worker thread would lose it.
preload_app = False
timeout = 60
graceful_timeout = 25
keepalive = 5
max_requests = 0 if _embedded else 5000
max_requests_jitter = 500
# Where the processes count together for /metrics; a name that prometheus_client has chosen. New at each start.
if os.environ.get("METRICS_TOKEN") or os.environ.get("METRICS_TOKEN_FILE"):
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="nozimite-metrics-")
# Nothing in a read-only container may be written but /dev/shm and /tmp; no control socket in a home folder.
worker_tmp_dir = "/dev/shm"  # noqa: S108 - heartbeat files without content, in a container of our own
control_socket_disable = True
# What proxies say is read by the tool itself, from those in TRUSTED_PROXIES.
forwarded_allow_ips = ""
# The tool logs events with ids itself; an access log would keep people's addresses.
accesslog = None
errorlog = "-"
# gunicorn sends a Server header in any case; this one does not say what serves, nor in which version.
gunicorn.http.wsgi.SERVER = "Nozimite"


def worker_exit(_server: Any, _worker: Any) -> None:
    """Stops the worker inside the web process. Later Python would wait until its threads find nothing more to do."""
    wsgi = sys.modules.get("lti_tool.wsgi")
    if _embedded and wsgi is not None and hasattr(wsgi, "worker"):
        wsgi.worker.stop()


def on_exit(_server: Any) -> None:
    """Removes what the processes have counted: a new start begins anew, as Prometheus expects it."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)
