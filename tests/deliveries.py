"""A badge that is delivered, and to whom."""

from datetime import date
from decimal import Decimal

from lti_tool.values import BadgeFacts, BakedBadge, Letterhead, Recipient

RIGA_COLLEGE = Letterhead(
    name="Riga College", email="badges@riga.example", postal_address="Parauga iela 1, Rīga LV-1050, Latvia"
)

BADGE = BakedBadge(
    credential_id="7f1c2f0e-3c52-4f0c-9a44-6e2b5d0d9a01",
    name="Saules paneļu montāža",
    issuer=RIGA_COLLEGE,
    page_url="https://badges.example.org/badges/7f1c2f0e-3c52-4f0c-9a44-6e2b5d0d9a01",
    picture_url="https://badges.example.org/achievements/5/1/image.png",
    facts=BadgeFacts(
        issued_on=date(2026, 11, 21),
        level="EQF 4 · LKI 4",
        workload_hours=Decimal("26.5"),
        credits=Decimal(1),
    ),
    png=b"\x89PNG the badge",
)
REFERENCE = "7f1c2f0e.email@badges.example.org"


def anna(**changes):
    return Recipient(**({"name": "Anna Bērziņa", "email": "anna@example.org", "language": "lv"} | changes))
