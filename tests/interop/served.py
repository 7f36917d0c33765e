"""What a tool publishes for whoever verifies texts of it, as it answers at each address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from badges.endorsement import OB_ENDORSEMENT_SCHEMA
from lti_tool.web import create_app, rate_limits
from lti_tool.wiring import Tool
from signing import did
from tests.interop.conftest import public_documents
from tests.interop.judges import Published, document_in, issuer_of, token_header


def published(tool: Tool, texts: Iterable[str]) -> Published:
    """What the tool answers at each address that a verifier asks about these texts, and what others publish."""
    app = create_app(tool)
    rate_limits.switch_off(app)
    browser = app.test_client()
    wanted = {address for text in texts for address in addresses_in(text)}
    pages, lists = public_documents(), {}
    for address in sorted(wanted - pages.keys()):
        if not address.startswith(tool.tool_url):
            continue
        got = browser.get(address, base_url=tool.tool_url)
        assert got.status_code == 200, address
        pages[address] = got.text
        if "/status/" in address:
            lists[address] = browser.get(
                address, base_url=tool.tool_url, headers={"Accept": "application/vc+jwt"}
            ).text
    return Published(pages=pages | {OB_ENDORSEMENT_SCHEMA: _endorsement_schema()}, lists=lists)


def addresses_in(text: str) -> Iterator[str]:
    """DID document, key, type, status lists, contexts and schemas."""
    document, issuer = document_in(text), issuer_of(text)
    yield did.did_web_url(issuer)
    if not text.startswith("{") and (kid := token_header(text)["kid"]).startswith("https:"):
        yield kid
    if "vct" in document:
        yield document["vct"]
    yield from re.findall(r'"(https://[^"]+/(?:status/\d+|v1/[a-z]+\.json(?:ld)?))"', json.dumps(document))


def _endorsement_schema() -> str:
    file = Path(__file__).parents[3] / "shared/data/schemas/ob_v3p0_endorsementcredential_schema.json"
    return file.read_text("utf-8") if file.is_file() else "{}"
