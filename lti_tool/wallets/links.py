"""The links that lead a badge into a wallet; each wallet reads some of them.

Sources: W3C Verifiable Credential API, "Initiating Interactions"; the Learner Credential Wallet 2.2.10, which also
knows two kinds of links of its own. It decodes them twice, so no address in them may have a `%`: tokens are base64url.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from lti_tool.addresses import Addresses
from lti_tool.wallets import offers

#: Where the Learner Credential Wallet is opened on a phone that has it; elsewhere this is a page about it.
LCW = "https://lcw.app"


def protocols(addresses: Addresses, token: str, secret_key: str) -> Mapping[str, str]:
    """By which protocols a wallet can take the badge of an offer: their names, and where each begins."""
    return {
        "vcapi": addresses.exchange(token),
        "OID4VCI": offers.offer_link(addresses, token, secret_key),
    }


def offer_link(addresses: Addresses, token: str) -> str:
    """The link by which the Learner Credential Wallet takes the badge of an offer."""
    request = {
        "credentialRequestOrigin": addresses.tool_url,
        "protocols": {"vcapi": addresses.exchange(token)},
    }
    return f"{LCW}/request?request={quote(json.dumps(request, separators=(',', ':')), safe='')}"


def binding_link(addresses: Addresses, did: str, token: str, challenge: str) -> str:
    """The link by which the Learner Credential Wallet signs the challenge, and is given a badge bound to its key."""
    query = {
        "issuer": did,
        # Any other value makes the wallet fail; nobody signs in anywhere.
        "auth_type": "bearer",
        "challenge": challenge,
        "vc_request_url": addresses.presentation(token),
    }
    return f"{LCW}/request.html?{urlencode(query, quote_via=quote)}"
