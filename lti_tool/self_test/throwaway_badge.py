"""A badge that is made, signed, baked, read again and verified, and then dropped.

Nothing of it is stored: no credential, no place in a status list, no compiled form, no event of an award. It names
nobody, is about no achievement of the issuer, and ends a minute later, so even a copy of it would be worth nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

from badges.artwork import template_picture
from badges.bake import bake
from badges.credential import CredentialBuilder, Learner, StatusEntry
from badges.errors import MissingElementsError
from badges.template.model import Template, read_template
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.publishing.own_documents import only_own_documents
from lti_tool.self_test.results import Step, in_order, not_in_order, untried
from lti_tool.values import Json
from lti_tool.verification import verify_file
from lti_tool.wiring import Tool
from signing.errors import SigningError
from signing.keys import SigningKey
from signing.proofs import PROOFS

#: For how long the badge would be valid.
LIFE = timedelta(minutes=1)
LANGUAGE = "en"


def tested_badge(tool: Tool, issuer_id: str) -> Step:
    """Whether a badge of the issuer is made and verified with each of its current keys."""
    with tool.store.read() as session:
        issuer = tool.issuers.of(session, issuer_id)
        if issuer.confirmed_at is None:
            # Nothing is signed in the name of an institution that nobody has confirmed.
            return untried("badge", "badge_not_confirmed")
        try:
            keys = {name: issuer.keyring.signing_key(session, name) for name in issuer.keyring.proofs}
        except (LookupError, NotFoundError, SigningError):
            return not_in_order("badge", "badge_not_signed")
    now = tool.clock()
    try:
        files = _badges(issuer, keys, now)
    except MissingElementsError as error:
        return not_in_order("badge", "badge_lacks", {"elements": ", ".join(error.names)})
    except SigningError:
        return not_in_order("badge", "badge_not_signed")
    return _verified(tool, files, now)


def _badges(issuer: Issuer, keys: Mapping[str, SigningKey], now: datetime) -> Sequence[bytes]:
    """A baked badge for each proof. Raises MissingElementsError and SigningError."""
    template = _template()
    credential = _credential(issuer, template, now)
    picture = template_picture(template, issuer.profile.name, LANGUAGE)
    return [bake(picture, PROOFS[name].secure(credential, key, now)) for name, key in keys.items()]


def _verified(tool: Tool, files: Sequence[bytes], now: datetime) -> Step:
    """Each is read and judged as one of a stranger; the tool's own documents come from the database."""
    for file in files:
        report = verify_file(file, only_own_documents(tool), tool.new_budget(), now)
        if report.verdict != "verified":
            return not_in_order("badge", "badge_not_verified", {"verdict": report.verdict})
    return in_order("badge", "badge_verified", {"proofs": len(files)})


def _credential(issuer: Issuer, template: Template, now: datetime) -> Json:
    achievement = f"urn:uuid:{uuid4()}"
    builder = CredentialBuilder(
        template=template,
        template_url=achievement,
        version=1,
        picture_url=f"{issuer.addresses.tool_url}/static/icon.svg",
        issuer=issuer.profile,
        language=LANGUAGE,
        extension_url=issuer.addresses.extension_context,
    )
    built = builder.build(
        credential_id=f"urn:uuid:{uuid4()}",
        subject_id=f"urn:uuid:{uuid4()}",
        learner=Learner(name="Self-test"),
        salt=uuid4().hex,
        awarded_at=now,
        now=now,
        score=None,
        status=StatusEntry(list_url=f"urn:uuid:{uuid4()}", index=0),
        valid_until=now + LIFE,
    )
    # It has no place in any list; what the builder gave shares parts with others, and is left as it is.
    return {name: value for name, value in built.items() if name != "credentialStatus"}


@cache
def _template() -> Template:
    file = Path(__file__).with_name("badge.toml")
    return read_template(tomllib.loads(file.read_text(encoding="utf-8")))
