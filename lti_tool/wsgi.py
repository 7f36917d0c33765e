"""The web application for a WSGI server: `gunicorn --config docker/gunicorn.conf.py`.

With BROKER_URL=memory:// the worker runs in the same process, so there must be only one. docker/gunicorn.conf.py stops
it when that process ends.
"""

from __future__ import annotations

import os

from config.settings import private_paths, read_settings
from lti_tool.issuing import legal_identity
from lti_tool.logs import log_event, log_open_to_others, set_up_logs
from lti_tool.tasks import Worker
from lti_tool.web import create_app
from lti_tool.web.counters import counters_folder
from lti_tool.wiring import start_tool, trace

settings = read_settings(os.environ)
set_up_logs(settings.log_format)
log_open_to_others(private_paths(settings, os.environ))
trace(settings, "web")
tool = start_tool(settings, follow=lambda act: log_event(act.as_json()))
application = create_app(tool, counters_folder(os.environ))
with tool.store.read() as session:
    for issuer in tool.issuers.all(session):
        legal_identity.log_warnings(issuer, issuer.profile.day_of(tool.clock()))
if settings.embedded_worker:
    worker = Worker(tool, settings.broker_url)
    worker.start()
