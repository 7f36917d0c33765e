"""Verifiers and readers of others, each asked in the same way: what it says about a text, "" where it accepts it.

`JUDGES` says which forms each of them reads, and what it looks at. What they make of what the tool issues is for tests.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import joserfc.jwk
import joserfc.jwt
import jwt
from joserfc.errors import JoseError
from jsonschema import Draft201909Validator, FormatChecker
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK
from jwcrypto.jwt import JWT
from openbadgeslib.ob3 import resolve_verification_method
from pyld import jsonld
from sd_jwt.verifier import SDJWTVerifier

from signing import did
from signing.canonical import canonicalize
from signing.document_loader import load
from signing.json_text import Json
from tests.independent_verifiers import VERIFIED, openbadgeslib_verdict
from tests.interop.conftest import Programs

#: What they are handed: the JSON; the JWT; a part that a learner shows; both forms that wallets keep.
JSON, TOKEN, PART, PLAIN_SD_JWT, WHOLE_SD_JWT = "json", "token", "part", "dc+sd-jwt", "vc+sd-jwt"

#: Types of credentials.
ACHIEVEMENT, ENDORSEMENT = "AchievementCredential", "EndorsementCredential"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """All that verifiers can fetch, by address; `lists` are status lists as JWTs, for whoever reads no others."""

    pages: Mapping[str, str]
    lists: Mapping[str, str] = field(default_factory=dict)


Verdict = Callable[[Programs, Published, str], str]


def under_node(function: str, *, argument: str = "credential") -> Verdict:
    def verdict(programs: Programs, published: Published, text: str) -> str:
        answer = programs("others.mjs")(function, pages=published.pages, **{argument: text})
        return "" if answer["verified"] else answer["message"] or "refused"

    return verdict


def by_the_wallet(programs: Programs, published: Published, text: str) -> str:
    """What the Learner Credential Wallet says of a badge that it has. It knows no registry of issuers here."""
    answer = programs("wallet.mjs")("judges", pages=published.pages, credential=text)
    invalid = [name for name, valid in answer["valid"].items() if not valid and name != "registered_issuer"]
    return "; ".join((*answer["errors"], *invalid)) or ("" if answer["valid"] else "nothing was checked")


def by_credo(programs: Programs, published: Published, text: str) -> str:
    """Whether a wallet of Credo keeps it, as it was signed."""
    function = {PLAIN_SD_JWT: "storePlain", WHOLE_SD_JWT: "storeWhole"}[token_header(text)["typ"]]
    answer = programs("credo.mjs")(function, pages=published.pages, text=text)
    if not answer["isValid"]:
        return str(answer["why"])
    return "" if answer["text"] == text else "it keeps another text"


def openbadgeslib(_programs: Programs, published: Published, text: str) -> str:
    issuer = issuer_of(text)
    did_document = json.loads(published.pages[did.did_web_url(issuer)])
    # It checks the proof of a list only where that is a JWT.
    verdict = openbadgeslib_verdict(text, {issuer: did_document}, published.lists)
    return "" if verdict == VERIFIED else verdict


def with_key(decode: Callable[[str, Json, str], object], *errors: type[Exception]) -> Verdict:
    """A library that checks a signature with the JWK at the address in `kid`."""

    def verdict(_programs: Programs, published: Published, text: str) -> str:
        header = token_header(text)
        try:
            decode(text, json.loads(published.pages[header["kid"]]), header["alg"])
        except errors as error:
            return str(error) or type(error).__name__
        return ""

    return verdict


def _by_pyjwt(text: str, key: Json, alg: str) -> object:
    return jwt.decode(text, jwt.PyJWK(key).key, algorithms=[alg])


def _by_joserfc(text: str, key: Json, alg: str) -> object:
    return joserfc.jwt.decode(text, joserfc.jwk.import_key(key), algorithms=[alg])


def _by_jwcrypto(text: str, key: Json, alg: str) -> object:
    return JWT(jwt=text, key=JWK(**key), algs=[alg])


def by_the_reference(_programs: Programs, published: Published, text: str) -> str:
    """The reference implementation of SD-JWT, with the key in the DID document that `kid` names."""

    def download(url: str) -> bytes:
        return published.pages[url].encode()

    try:
        key = JWK.from_pem(resolve_verification_method(token_header(text)["kid"], download=download))
        SDJWTVerifier(text, lambda _issuer, _header: key).get_verified_payload()
    except (JWException, ValueError) as error:
        return str(error) or type(error).__name__
    return ""


def schema(name: str) -> Verdict:
    """A schema of 1EdTech's, read where ../shared is."""

    def verdict(_programs: Programs, _published: Published, text: str) -> str:
        return schema_failures(document_in(text), name)

    return verdict


def schema_failures(document: Json, name: str) -> str:
    """What the schema in that file has against the document; "" for nothing."""
    found = _validator(name).iter_errors(document)
    return "; ".join(f"{error.json_path}: {error.message[-200:]}" for error in found)


@cache
def _validator(name: str) -> Draft201909Validator:
    file = Path(__file__).parents[3] / "shared/data/schemas" / name
    return Draft201909Validator(json.loads(file.read_bytes()), format_checker=FormatChecker())


def jsonld_js(programs: Programs, published: Published, text: str) -> str:
    """Whether it reads in the document what we do, and has to leave nothing out."""
    document = document_in(text)
    try:
        answer = programs("others.mjs")("jsonldCanonicalizes", pages=published.pages, document=document)
    except AssertionError as error:
        return str(error)
    return "" if answer["statements"] == canonicalize(document) else "other statements"


def by_pyld(_programs: Programs, _published: Published, text: str) -> str:
    document = document_in(text)
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    return "" if jsonld.normalize(document, options) == canonicalize(document) else "other statements"


def document_in(text: str) -> Json:
    """The credential of the JSON, or in the payload of the token."""
    found: Json = json.loads(text if text.startswith("{") else unpacked(text.split(".")[1]))
    return found


def issuer_of(text: str) -> str:
    """The id of who signed it."""
    document = document_in(text)
    return str(document["iss"] if "iss" in document else document["issuer"]["id"])


def packed(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def unpacked(text: str) -> bytes:
    return urlsafe_b64decode(text + "===")


def token_header(text: str) -> Any:
    return json.loads(unpacked(text.partition(".")[0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """`forms` are those it can judge, of tokens only those of its `algorithms`.

    One that `checks_signatures` sees a change, one that `reads_status` a revocation, one that `reads_ends_of_keys` a
    key that was stolen. `types` are those of the credentials that it is made for.
    """

    verdict: Verdict
    forms: tuple[str, ...]
    algorithms: tuple[str, ...] = ("ES256", "RS256")
    types: tuple[str, ...] = (ACHIEVEMENT, ENDORSEMENT)
    checks_signatures: bool = True
    reads_status: bool = False
    reads_ends_of_keys: bool = True


JUDGES = {
    "@digitalbazaar/vc": Judge(
        verdict=under_node("digitalbazaarVerifies"), forms=(JSON, PART), reads_status=True
    ),
    "verifier-core": Judge(verdict=under_node("verifierCoreVerifies"), forms=(JSON,), reads_status=True),
    "Learner Credential Wallet": Judge(verdict=by_the_wallet, forms=(JSON,), reads_status=True),
    "openbadgeslib, JSON": Judge(
        verdict=openbadgeslib,
        forms=(JSON,),
        types=(ACHIEVEMENT,),
        reads_status=True,
        reads_ends_of_keys=False,
    ),
    "openbadgeslib, token": Judge(
        verdict=openbadgeslib, forms=(TOKEN,), types=(ACHIEVEMENT,), reads_status=True
    ),
    "jose": Judge(verdict=under_node("joseVerifies", argument="token"), forms=(TOKEN,)),
    "PyJWT": Judge(verdict=with_key(_by_pyjwt, jwt.PyJWTError), forms=(TOKEN,)),
    "joserfc": Judge(verdict=with_key(_by_joserfc, JoseError), forms=(TOKEN,)),
    "jwcrypto": Judge(verdict=with_key(_by_jwcrypto, JWException), forms=(TOKEN,)),
    # Of the two algorithms it knows one.
    "did-jwt": Judge(
        verdict=under_node("didJwtVerifies", argument="token"),
        forms=(TOKEN,),
        algorithms=("ES256",),
    ),
    "Credo": Judge(verdict=by_credo, forms=(PLAIN_SD_JWT, WHOLE_SD_JWT)),
    "sd-jwt": Judge(verdict=by_the_reference, forms=(PLAIN_SD_JWT, WHOLE_SD_JWT)),
    "jsonld.js": Judge(verdict=jsonld_js, forms=(JSON, TOKEN, PART), checks_signatures=False),
    "PyLD": Judge(verdict=by_pyld, forms=(JSON, TOKEN, PART), checks_signatures=False),
    **{
        f"schema, {name}": Judge(
            verdict=schema(file), forms=(JSON, TOKEN, PART), types=(about,), checks_signatures=False
        )
        for name, about, file in (
            ("strict", ACHIEVEMENT, "ob_v3p0_achievementcredential_schema.json"),
            ("lenient", ACHIEVEMENT, "lenient/ob_v3p0_achievementcredential_schema.json"),
            ("of either data model", ACHIEVEMENT, "any_achievementcredential_schema.json"),
            ("of endorsements", ENDORSEMENT, "ob_v3p0_endorsementcredential_schema.json"),
        )
    },
}
