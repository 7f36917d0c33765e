"""A badge that is delivered, and to whom."""

from lti_tool.values import BakedBadge, Recipient

BADGE = BakedBadge(
    credential_id="7f1c2f0e-3c52-4f0c-9a44-6e2b5d0d9a01",
    name="Saules paneļu montāža",
    issuer_name="Riga College",
    page_url="https://badges.example.org/badges/7f1c2f0e-3c52-4f0c-9a44-6e2b5d0d9a01",
    png=b"\x89PNG the badge",
)
REFERENCE = "7f1c2f0e.email@badges.example.org"


def anna(**changes):
    return Recipient(**({"name": "Anna Bērziņa", "email": "anna@example.org", "language": "lv"} | changes))
