"""The script that reads a value from the platform's storage: what it takes for the platform's answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.fixtures import ROOT

PLATFORM, TOOL, EVIL = "https://platform.example", "https://tool.example", "https://evil.example"

#: The platform's page. It tells the number of the tool's question to the other frame, which a platform would not, and
#: answers when that one has sent its forgery: as another question's first, then with another subject, then rightly.
OF_PLATFORM = f"""<!doctype html><title>p</title>
<iframe name="tool" src="{TOOL}/"></iframe><iframe name="evil" src="{EVIL}/"></iframe>
<script>
  let question = null, isReady = false;
  const begin = () => {{ if (question && isReady) frames.evil.postMessage(question.message_id, "*"); }};
  const answer = (more) => frames.tool.postMessage(
    {{ subject: "lti.get_data.response", message_id: question.message_id, ...more }}, "*");
  window.addEventListener("message", (event) => {{
    if (event.data.subject === "lti.get_data") {{ question = event.data; begin(); }}
    if (event.data === "ready") {{ isReady = true; begin(); }}
    if (event.data === "sent") {{
      frames.tool.postMessage(null, "*");
      frames.tool.postMessage("forged", "*");
      answer({{ message_id: "another", value: "forged" }});
      answer({{ subject: "lti.put_data.response", value: "forged" }});
      answer({{ value: "right" }});
    }}
  }});
</script>"""
OF_EVIL = """<!doctype html><title>e</title><script>
  window.addEventListener("message", (event) => {
    parent.frames.tool.postMessage(
      { subject: "lti.get_data.response", message_id: event.data, value: "forged" }, "*");
    parent.postMessage("sent", "*");
  });
  parent.postMessage("ready", "*");
</script>"""
OF_TOOL = f"""<!doctype html><title>t</title>
<div id="storage" data-frame="_parent" data-origin="{PLATFORM}" data-key="lti_state_1">
  <form action="/bound"><input type="hidden" name="value"></form>
</div><script src="/storage.js"></script>"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    script = (ROOT / "lti_tool" / "web" / "static" / "storage.js").read_text(encoding="utf-8")
    answers = {f"{PLATFORM}/": OF_PLATFORM, f"{EVIL}/": OF_EVIL, f"{TOOL}/": OF_TOOL}

    def serve(route: Route) -> Any:
        if route.request.url == f"{TOOL}/storage.js":
            return route.fulfill(body=script, content_type="text/javascript")
        return route.fulfill(body=answers.get(route.request.url, "bound"), content_type="text/html")

    context.route("**/*", serve)
    yield context.new_page()
    context.close()


def test_only_the_platforms_answer_to_this_question_counts(page: Page) -> None:
    with page.expect_request(f"{TOOL}/bound?**") as bound:
        page.goto(f"{PLATFORM}/")
    assert bound.value.url == f"{TOOL}/bound?value=right"
