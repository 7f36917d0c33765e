"""type_metadata: the document at the address of the type of our `dc+sd-jwt`, by which wallets show such a badge.

Source: SD-JWT-based Verifiable Digital Credentials (draft), "SD-JWT VC Type Metadata". Older versions of it call the
language of a text `lang`, newer ones `locale`: both are given.
"""

from __future__ import annotations

from dataclasses import dataclass

from badges.sentences import LANGUAGES, wallet_words
from signing.json_text import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLook:
    """How an issuer's card looks in a wallet: addresses and colours (`#rrggbb`), each None where there is none."""

    logo_url: str | None = None
    logo_text: str | None = None
    background: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """A claim that wallets show. `sd`: whether the learner may leave it out."""

    path: tuple[str | None, ...]
    word: str
    sd: bool = False
    mandatory: bool = False


_SUBJECT = "credentialSubject"
_ACHIEVEMENT = (_SUBJECT, "achievement")
#: In the order in which a person reads them. Those that may be left out are `badges.disclosure.PARTS`.
_CLAIMS = (
    _Claim(path=(*_ACHIEVEMENT, "name"), word="achievement_name", mandatory=True),
    _Claim(path=(*_ACHIEVEMENT, "description"), word="achievement_description", mandatory=True),
    _Claim(path=(*_ACHIEVEMENT, "criteria", "narrative"), word="criteria"),
    _Claim(path=(*_ACHIEVEMENT, "alignment", None, "targetName"), word="level"),
    _Claim(path=(_SUBJECT, "creditsEarned"), word="credits"),
    _Claim(path=("issuer", "name"), word="issuer", mandatory=True),
    _Claim(path=("awardedDate",), word="awarded", mandatory=True),
    _Claim(path=(_SUBJECT, "identifier", None), word="learner", sd=True),
    _Claim(path=(_SUBJECT, "result"), word="result", sd=True),
    _Claim(path=(_SUBJECT, "provenBy"), word="assessment", sd=True),
    _Claim(path=("evidence", None, "name"), word="evidence"),
)
#: What a card has that no look was chosen for.
_BACKGROUND, _TEXT = "#1f3a5f", "#ffffff"


def type_metadata(vct: str, look: CardLook | None = None) -> Json:
    """The document for the type at the address `vct`, in every language that the verifier speaks."""
    words = wallet_words()
    look = look or CardLook()
    return {
        "vct": vct,
        "name": words["type"]["name"]["en"],
        "description": words["type"]["description"]["en"],
        "display": [
            _language(language)
            | {name: words["type"][name][language] for name in ("name", "description")}
            | {"rendering": {"simple": _simple(look)}}
            for language in LANGUAGES
        ],
        "claims": [
            {
                "path": list(claim.path),
                "sd": "always" if claim.sd else "never",
                "mandatory": claim.mandatory,
                "display": [
                    _language(language) | {"label": words["claims"][claim.word][language]}
                    for language in LANGUAGES
                ],
            }
            for claim in _CLAIMS
        ],
    }


def _language(language: str) -> Json:
    return {"locale": language, "lang": language}


def _simple(look: CardLook) -> Json:
    """The rendering that asks for nothing but a logo and two colours."""
    shown: Json = {"background_color": look.background or _BACKGROUND, "text_color": look.text or _TEXT}
    if look.logo_url:
        shown["logo"] = {"uri": look.logo_url} | ({"alt_text": look.logo_text} if look.logo_text else {})
    return shown
