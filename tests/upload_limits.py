"""What visitors may send at most: each address where the tool takes more than of an ordinary form, or less."""

from __future__ import annotations

from lti_tool.backpack import incoming, profile
from lti_tool.prior_learning import portfolio
from lti_tool.sources.csv import rows
from lti_tool.web import MAX_BYTES
from lti_tool.web.backpack import kept, programs
from lti_tool.web.backpack.badge_connect import assertions
from lti_tool.web.prior_learning import own_portfolio
from lti_tool.web.public import batch, qr_codes, verifier
from lti_tool.web.teacher import hand_awards, list_upload
from lti_tool.web.wallets import exchanges, oid4vci

ID = "00000000-0000-4000-8000-000000000000"
#: Module of `lti_tool/web` that sets a limit -> one of its addresses, and the bytes that it takes there.
LIMITS: dict[str, tuple[str, int]] = {
    "public/verifier.py": ("/verify", batch.MOST_BYTES + verifier.FORM_BYTES),
    "public/qr_codes.py": ("/verify/qr-code", qr_codes.MAX_BYTES),
    "backpack/kept.py": ("/my/kept", kept.MAX_BYTES + kept.FORM_BYTES),
    "backpack/badges.py": ("/ims/ob/v3p0/credentials", incoming.MAX_SIZE),
    "backpack/profiles.py": ("/ims/ob/v3p0/profile", profile.MAX_SIZE * 2),
    "backpack/programs.py": ("/ims/ob/v3p0/register", programs.MAX_BYTES),
    "backpack/badge_connect/assertions.py": ("/ims/ob/v2p1/assertions", assertions.MAX_BYTES),
    "teacher/hand_awards.py": (
        "/lti/app/rules/1/hand",
        hand_awards.MAX_FILE_BYTES + hand_awards.FORM_BYTES,
    ),
    "teacher/list_upload.py": ("/lti/app/course/list/rows", rows.MOST_BYTES + list_upload.FORM_BYTES),
    "prior_learning/own_portfolio.py": (
        f"/my/prior-learning/{ID}/items/file",
        portfolio.MOST_FILE_BYTES + own_portfolio.FORM_BYTES,
    ),
    "wallets/exchanges.py": (f"/exchanges/{ID}", exchanges.MAX_BYTES),
    "wallets/oid4vci.py": ("/issuers/riga-college/wallet/credential", oid4vci.MAX_BYTES),
    "__init__.py": ("/lti/launch", MAX_BYTES),
}
