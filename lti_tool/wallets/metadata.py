"""What wallets read of an issuer before they ask it for a badge, and of it as its own authorization server.

Sources: OpenID for Verifiable Credential Issuance 1.0, 12.2 and 12.3; RFC 8414.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from badges.sd_jwt.type_metadata import CardLook, type_metadata
from lti_tool.issuing.issuer import Issuer
from lti_tool.language import LANGUAGES, translator
from lti_tool.values import Json
from lti_tool.wallets.configurations import Configuration
from lti_tool.wallets.messages import PRE_AUTHORIZED
from signing.key_proof import ALGORITHMS

#: The words on an issuer's colour: it is chosen so that white can be read on it.
TEXT_COLOUR = "#ffffff"


def issuer_metadata(issuer: Issuer, offered: Iterable[Configuration]) -> Json:
    """The Credential Issuer Metadata of the issuer, which has keys for these configurations; in every language."""
    at = issuer.addresses
    return {
        "credential_issuer": at.issuer,
        "credential_endpoint": at.wallet_endpoint("credential"),
        "nonce_endpoint": at.wallet_endpoint("nonce"),
        "deferred_credential_endpoint": at.wallet_endpoint("deferred"),
        "notification_endpoint": at.wallet_endpoint("notification"),
        "display": [
            {"name": issuer.profile.name_in(language), "locale": language} | _logo(issuer, language)
            for language in LANGUAGES
        ],
        "credential_configurations_supported": {each.id: _configuration(issuer, each) for each in offered},
        # @digitalbazaar/oid4-client 5 reads what is the authorization server's from this document.
        "issuer": at.issuer,
        "token_endpoint": at.wallet_endpoint("token"),
        "authorization_details_types_supported": ["openid_credential"],
    }


def authorization_server_metadata(issuer: Issuer) -> Json:
    """The metadata of the issuer as the authorization server of wallets, which have no client id."""
    at = issuer.addresses
    return {
        "issuer": at.issuer,
        "token_endpoint": at.wallet_endpoint("token"),
        "token_endpoint_auth_methods_supported": ["none"],
        "grant_types_supported": [PRE_AUTHORIZED],
        "response_types_supported": [],
        "pre-authorized_grant_anonymous_access_supported": True,
        "authorization_details_types_supported": ["openid_credential"],
    }


def _configuration(issuer: Issuer, configuration: Configuration) -> Json:
    display = [_card(issuer, language) for language in LANGUAGES]
    found: Json = {
        "format": configuration.format,
        "credential_signing_alg_values_supported": list(configuration.algorithms),
        **configuration.definition(issuer.addresses),
        # @openid4vc/openid4vci 0.4 takes an issuer without these for one of draft 14.
        "credential_metadata": {"display": display, "claims": _claims(issuer.addresses.badge_type)},
        # Drafts 13 to 15 have it here: @sphereon/oid4vci-client, and @openid4vc/openid4vci where it reads these.
        "display": display,
    }
    if configuration.form is not None:
        found["cryptographic_binding_methods_supported"] = list(configuration.binding_methods)
        found["proof_types_supported"] = {"jwt": {"proof_signing_alg_values_supported": list(ALGORITHMS)}}
    return found


def _card(issuer: Issuer, language: str) -> Json:
    """How a wallet may show a badge before it has read it."""
    _ = translator(language)
    name = issuer.profile.name_in(language)
    accent = issuer.look.accent
    colours = {} if accent is None else {"background_color": accent.colour, "text_color": TEXT_COLOUR}
    return {
        "name": _("Open Badge"),
        "locale": language,
        "description": _("A badge of %(issuer)s, signed by it.") % {"issuer": name},
        **_logo(issuer, language),
        **colours,
    }


def _logo(issuer: Issuer, language: str) -> Json:
    if not issuer.look.logo:
        return {}
    _ = translator(language)
    name = issuer.profile.name_in(language)
    return {
        "logo": {"uri": issuer.addresses.logo, "alt_text": _("The logo of %(issuer)s") % {"issuer": name}}
    }


def _claims(vct: str) -> Sequence[Json]:
    """What a badge says, by the path to it, and what that is called: the same in each form of it."""
    return [
        {
            "path": claim["path"],
            "mandatory": claim["mandatory"],
            "display": [{"name": each["label"], "locale": each["locale"]} for each in claim["display"]],
        }
        for claim in type_metadata(vct)["claims"]
    ]


def badge_type_metadata(issuer: Issuer) -> Json:
    """The document at the address of the issuer's type of badges (`vct`)."""
    logo, accent = issuer.look.logo, issuer.look.accent
    look = CardLook(
        logo_url=issuer.addresses.logo if logo else None,
        logo_text=issuer.profile.name if logo else None,
        background=accent.colour if accent else None,
        text=TEXT_COLOUR if accent else None,
    )
    return type_metadata(issuer.addresses.badge_type, look)
