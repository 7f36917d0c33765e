"""Credentials as the demo issues them: with all EU elements, in two languages, with a result."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from badges.credential import CredentialBuilder, Learner, StatusEntry
from badges.issuer import read_issuer
from badges.template.model import read_template
from signing.json_text import Json

ROOT = Path(__file__).parents[2]
TOOL = "https://badges.riga.example"
NOW = datetime(2026, 6, 4, 5, 6, 7, tzinfo=UTC)


ISSUER = tomllib.loads((ROOT / "config/issuer.example.toml").read_text("utf-8"))
TEMPLATE = read_template(
    tomllib.loads((ROOT / "lti_tool/demo/templates/data-literacy.toml").read_text("utf-8"))
)


def builder() -> CredentialBuilder:
    """Of the demo's larger template."""
    return CredentialBuilder(
        template=TEMPLATE,
        template_url=f"{TOOL}/achievements/5b2a0c7d/1",
        version=1,
        picture_url=f"{TOOL}/achievements/5b2a0c7d/1/image.png",
        issuer=read_issuer(ISSUER, TOOL),
        language="lv",
        extension_url=f"{TOOL}/eu-micro-credential/v1/context.jsonld",
    )


def build(builder: CredentialBuilder, number: int) -> Json:
    """The credential of learner `number`, which differs from that of every other learner in all that can differ."""
    return builder.build(
        credential_id=f"{TOOL}/credentials/7f1c2f0e-3c52-4f0c-9a44-{number:012x}",
        subject_id=f"urn:uuid:0d2c0c5e-5d5a-4a6e-9d2b-{number:012x}",
        learner=Learner(name=f"Anna Bērziņa {number}", email=f"anna{number}@example.org"),
        salt=f"{number:032x}",
        awarded_at=NOW - timedelta(days=1, seconds=number),
        assessed_at=NOW - timedelta(days=2, seconds=number),
        now=NOW - timedelta(seconds=number),
        score=Decimal(number % 10_000) / 10_000,
        status=StatusEntry(list_url=f"{TOOL}/status/{number // 100_000}", index=number % 100_000),
    )
