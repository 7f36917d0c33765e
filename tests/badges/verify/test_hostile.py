"""Whatever is uploaded costs little, sends no request that it may not, and is never verified unless it is genuine."""

from __future__ import annotations

import copy
import gzip
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zlib import compress, crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges import svg
from badges.bake import SIGNATURE
from badges.schemas.json_schema import find_breach
from badges.template.model import Template
from badges.verify import Report, verify
from signing import did
from signing.json_text import Json
from signing.keys import VerificationMethod
from signing.multibase import base64url
from signing.signatures import sign
from tests.badges.verify.reports import demand_sentences, members

Build = Callable[..., Json]
ROOT = Path(__file__).parents[3]
#: A guard against endless loops, not a measurement: the longest of these takes a second or two on an idle machine.
soon = pytest.mark.timeout(60)


@pytest.fixture
def verify_badge(world: Any, now: datetime) -> Callable[[bytes], Report]:
    """Verifies; only keys and status lists of `world` can be found."""

    def fetch(url: str) -> bytes:
        world.asked.append(url)
        raise PermissionError(url)

    def find_key(method: str, issuer: str) -> VerificationMethod:
        if method in world.keys:
            return world.find_key(method, issuer)
        return did.find_key(method, issuer, fetch)

    def verified(file: bytes) -> Report:
        report = verify(file, find_key, world.find_status, now, fetch=fetch)
        demand_sentences(report)
        return report

    return verified


def token(world: Any, payload: Any, header: Json | None = None, raw: str | None = None) -> bytes:
    """Any payload, signed by the issuer: an issuer may be hostile, too."""
    key = world.key("vc-jwt")
    head = header or {"alg": "ES256", "typ": "JWT", "kid": key.verification_method}
    parts = (json.dumps(head), raw if raw is not None else json.dumps(payload))
    signed = ".".join(base64url(part.encode("utf-8", "surrogatepass")) for part in parts)
    return f"{signed}.{base64url(sign(key.private, signed.encode()))}".encode()


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = {"evidence": value}
    return value


CHANGES: dict[str, Callable[[Json], None]] = {
    "a context of 1,000 entries": lambda badge: badge["@context"].extend(["https://example.org/c"] * 1000),
    "1,000 times the same context": lambda badge: badge["@context"].extend([badge["@context"][0]] * 1000),
    "a context on the web": lambda badge: badge["@context"].append(
        "https://attacker.example.org/context.jsonld"
    ),
    "a context in a file": lambda badge: badge["@context"].append("file:///etc/passwd"),
    "an inline context": lambda badge: badge["@context"].append({"name": "https://schema.org/description"}),
    "a context that imports": lambda badge: badge["@context"].append({"@import": "https://example.org/c"}),
    "a nested context": lambda badge: badge["issuer"].update({"@context": {"name": "https://schema.org/x"}}),
    "1,000 nested contexts": lambda badge: badge.update(
        {"evidence": [{"@context": badge["@context"], "type": ["Evidence"]} for _ in range(1000)]}
    ),
    "a key that is an address": lambda badge: badge.update({"https://schema.org/name": "Zane"}),
    "what is included": lambda badge: badge.update({"@included": [{"id": "urn:x", "type": ["Profile"]}]}),
    "a graph": lambda badge: badge.update({"@graph": [{"id": "urn:x"}]}),
    "a list in a list": lambda badge: badge.update({"evidence": [[{"type": ["Evidence"]}]]}),
    "null": lambda badge: badge.update({"evidence": None}),
    "great depth": lambda badge: badge.update(nested(60)),
    "too great depth": lambda badge: badge.update(nested(5000 // 10)),
    "very many parts": lambda badge: badge.update({"evidence": [{"type": ["Evidence"]}] * 20_000}),
    "very many types": lambda badge: badge["type"].extend(f"Type{n}" for n in range(5000)),
    "one type very often": lambda badge: badge["type"].extend(["OpenBadgeCredential"] * 20_000),
    "very many identifiers": lambda badge: badge["credentialSubject"].update(
        {"identifier": badge["credentialSubject"]["identifier"] * 5_000}
    ),
    "very many equal parts": lambda badge: badge.update(
        {"evidence": [{"type": ["Evidence"], "audience": "x"} for _ in range(3_000)]}
    ),
    "a long text": lambda badge: badge.update({"description": "x" * 1_500_000}),
    "very many status entries": lambda badge: badge.update(
        {"credentialStatus": [badge["credentialStatus"]] * 1000}
    ),
    "very many schemas": lambda badge: badge.update({"credentialSchema": badge["credentialSchema"] * 1000}),
    "endorsements without end": lambda badge: badge.update({"endorsementJwt": ["a.b.c"] * 10_000}),
    "endorsements in endorsements": lambda badge: badge.update(
        {"endorsement": [{"type": ["EndorsementCredential"], "endorsement": [nested(30)]}]}
    ),
    "a status list at home": lambda badge: badge["credentialStatus"].update(
        {"statusListCredential": "http://127.0.0.1:22/"}
    ),
    "an index without end": lambda badge: badge["credentialStatus"].update({"statusListIndex": "9" * 1000}),
    "a number of a thousand digits": lambda badge: badge.update({"number": 10**999}),
}
#: These change nothing a reader would rely on, or leave it open: the issuer signed it so.
SOUND_AS_A_TOKEN = {"great depth", "a long text", "very many equal parts"}
#: A repeated value is the same statement in RDF, and null is none, so the proof holds.
SAME_STATEMENTS = {"very many schemas", "null"}


@pytest.mark.parametrize("name", CHANGES)
@soon
def test_a_hostile_badge_never_passes(
    solar: Template, built: Build, world: Any, verify_badge: Callable[[bytes], Report], name: str
) -> None:
    """Once as a badge that was changed; once signed as a token by a hostile issuer."""
    badge = built(solar)
    changed = json.loads(world.secure(badge).text)
    CHANGES[name](changed)
    verdicts = ("changed", "unverifiable", "unusable") if name not in SAME_STATEMENTS else ("verified",)
    assert verify_badge(json.dumps(changed).encode()).verdict in verdicts
    CHANGES[name](badge)
    claims = {"iss": world.issuer_id, "jti": badge["id"], "nbf": 1795251600}
    report = verify_badge(token(world, badge | claims))
    checks = {check.outcome for check in report.checks if check.name != "recipient"}
    assert (
        report.verdict != "verified" or "unknown" in checks or "warning" in checks or name in SOUND_AS_A_TOKEN
    )
    assert not any("attacker" in url or "passwd" in url for url in world.asked)


TEXTS: dict[str, str] = {
    "not a number": '{"a": NaN}',
    "infinity": '{"a": -Infinity}',
    "a number beyond all bounds": '{"a": 1e99999}',
    "a name twice": '{"type": 1, "type": 2}',
    "half a letter": '{"a": "\\ud800"}',
    "half a letter as a name": '{"\\udfff": 1}',
    "a zero": '{"a": "\\u0000"}',
    "endless depth": '{"a":' * 100_000,
    "endless lists": "[" * 1_000_000,
    "a long string without end": '{"a": "' + "\\" * 1_000_000,
    "10 MB": '{"a": "' + "x" * 9_999_000 + '"}',
    "10 MB of small parts": '{"a": [' + "{}," * 3_300_000 + "{}]}",
    "2 MB of small parts": '{"a": [' + "{}," * 650_000 + "{}]}",
    "2 MB of a badge": '{"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"], "a": ['
    + '{"b": 1},' * 200_000
    + "1]}",
    "a JWS of points": "." * 1_000_000,
    "a JWS without end": "a" * 9_000_000 + ".b.c",
    "a list": "[1]",
    "a text": '"badge"',
    "an SVG of depth": "<svg>" * 1_000_000,
    "an SVG of attributes": "<svg " + " ".join(f'a{n}="1"' for n in range(200_000)) + "/>",
    "a PDF of streams": "%PDF-1.7\n" + "<</Type/EmbeddedFile>>stream\n" * 200_000,
    "a PDF of dictionaries": "%PDF-1.7\n" + "1 0 obj <<" * 500_000 + "stream\n",
}


@pytest.mark.parametrize("name", TEXTS)
@soon
def test_a_hostile_text_is_not_verified(verify_badge: Callable[[bytes], Report], name: str) -> None:
    assert verify_badge(TEXTS[name].encode()).verdict in ("unusable", "unverifiable")


@soon
def test_a_decompression_bomb_in_a_picture_is_refused(verify_badge: Callable[[bytes], Report]) -> None:
    bomb = compress(bytes(200_000_000))
    for kind, head in (
        (b"iTXt", b"openbadgecredential\0\1\0\0\0"),
        (b"zTXt", b"openbadges\0\0"),
    ):
        data = kind + head + bomb
        chunk = (len(data) - 4).to_bytes(4) + data + crc32(data).to_bytes(4)
        file = (
            SIGNATURE + chunk_of(b"IHDR", bytes(13)) + chunk + chunk_of(b"IDAT", b"") + chunk_of(b"IEND", b"")
        )
        assert next(check.code for check in verify_badge(file).checks) == "text_too_large"


def chunk_of(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + crc32(kind + data).to_bytes(4)


@soon
def test_a_decompression_bomb_is_never_unpacked_whole(verify_badge: Callable[[bytes], Report]) -> None:
    bomb = compress(bytes(300_000_000))
    data = b"iTXtopenbadgecredential\0\1\0\0\0" + bomb
    chunk = (len(data) - 4).to_bytes(4) + data + crc32(data).to_bytes(4)
    picture = (
        SIGNATURE + chunk_of(b"IHDR", bytes(13)) + chunk + chunk_of(b"IDAT", b"") + chunk_of(b"IEND", b"")
    )
    document = b"%PDF-1.7\n1 0 obj <</Type/EmbeddedFile/Filter/FlateDecode>>stream\n" + bomb
    for file in (picture, document):
        tracemalloc.start()
        verify_badge(file)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 30_000_000


@soon
def test_a_decompression_bomb_in_a_status_list_leaves_the_status_unknown(
    solar: Template, built: Build, world: Any, verify_badge: Callable[[bytes], Report]
) -> None:
    secured = world.secure(built(solar))
    url = "https://badges.example.org/status/1"
    listing = json.loads(world.lists[url])
    del listing["proof"]
    listing["credentialSubject"]["encodedList"] = "u" + base64url(gzip.compress(bytes(500_000_000), 9))
    world.lists[url] = world.secure(listing, "vc-jwt").text.encode()
    report = verify_badge(secured.text.encode())
    status = next(check for check in report.checks if check.name == "status")
    assert (report.verdict, status.outcome, status.code) == ("unverifiable", "unknown", "list_unreadable")


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256", "kid": "KID"},
        {"alg": ["ES256"], "kid": "KID"},
        {"alg": "ES256", "kid": "KID", "crit": ["b64"], "b64": False},
        {"alg": "ES256", "kid": "KID", "jku": "https://attacker.example.org/jwks.json"},
        {"alg": "ES256", "kid": "KID", "x5u": "https://attacker.example.org/x"},
        {"alg": "ES256", "jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA"}},
        {"alg": "ES256", "jwk": {"kty": "oct", "k": "AA"}},
        {"alg": "ES256", "kid": "https://127.0.0.1/key"},
        {"alg": "ES256", "kid": "did:web:127.0.0.1#key"},
        {"alg": "ES256", "kid": "did:web:localhost%3A22#key"},
        {"alg": "ES256", "kid": "file:///etc/passwd"},
        {"alg": "ES256", "kid": "did:key:z" + "1" * 5000},
        {"alg": "ES256", "kid": "did:jwk:" + "A" * 5000},
        {"alg": "ES256", "kid": 7},
        {},
    ],
    ids=str,
)
@soon
def test_no_header_of_a_token_makes_it_pass(
    solar: Template, built: Build, world: Any, verify_badge: Callable[[bytes], Report], header: Json
) -> None:
    badge = built(solar)
    kid = world.key("vc-jwt").verification_method
    header = {name: kid if value == "KID" else value for name, value in header.items()}
    claims = {"iss": world.issuer_id, "jti": badge["id"], "nbf": 1795251600}
    report = verify_badge(token(world, badge | claims, header=header or {"typ": "JWT"}))
    assert report.verdict in ("unsigned", "unverifiable", "wrong_issuer")
    assert not any("attacker" in url or "file:" in url for url in world.asked)


@pytest.mark.parametrize(
    "raw", ['{"vc": 7}', '{"vc": {}}', '{"vp": 7}', '{"vp": {"type": "VerifiablePresentation"}}', "{}"]
)
@soon
def test_a_token_without_a_credential_is_unusable(
    world: Any, verify_badge: Callable[[bytes], Report], raw: str
) -> None:
    assert verify_badge(token(world, None, raw=raw)).verdict == "unusable"


junk: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(data=st.data())
def test_no_signed_json_raises_in_a_token_or_an_svg(
    data: st.DataObject, solar: Template, built: Build, endorsement: Json, world: Any, now: datetime
) -> None:
    badge = built(solar)
    badge["endorsement"] = [copy.deepcopy(endorsement)]
    badge["refreshService"] = {"id": "https://example.org/1", "type": "1EdTechCredentialRefresh"}
    badge["evidence"] = [{"type": ["Evidence"], "id": "urn:x"}]
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(members(badge)))
        holder[key] = copy.deepcopy(data.draw(junk))
    payload: Any = badge | {"iss": world.issuer_id, "jti": badge.get("id"), "nbf": 1795251600}
    payload = data.draw(st.sampled_from([payload, {"vc": badge, "iss": world.issuer_id}]))
    try:
        signed = token(world, payload)
    except (UnicodeEncodeError, ValueError):
        return
    if data.draw(st.booleans()):
        signed = svg.bake(b"<svg/>", svg.secured_from(signed.decode()))

    def fetch(url: str) -> bytes:
        return signed

    report = verify(signed, world.find_key, fetch, now, fetch=fetch, recipient="anna@example.org")
    demand_sentences(report)
    json.dumps(report.credential)


@given(answer=st.binary(max_size=200) | junk.map(lambda value: json.dumps(value).encode("utf-8", "replace")))
def test_no_response_of_a_host_raises_or_verifies_a_badge(
    solar: Template, built: Build, world: Any, now: datetime, answer: bytes
) -> None:
    badge = built(solar)
    badge["refreshService"] = {"id": "https://example.org/1", "type": "1EdTechCredentialRefresh"}
    badge["credentialSchema"].append(
        {"id": "https://example.org/2", "type": "1EdTechJsonSchemaValidator2019"}
    )
    secured = world.secure(badge, "vc-jwt").text.encode()
    report = verify(
        secured,
        world.find_key,
        lambda url: answer,
        now,
        fetch=lambda url: answer,
        find_schema_breach=find_breach,
    )
    assert report.verdict in ("unverifiable", "unusable")
    verify(answer, world.find_key, lambda url: answer, now, fetch=lambda url: answer)


def test_importing_the_verifier_loads_no_heavy_package() -> None:
    """Pillow, PyLD and every HTTP client are for those who need them."""
    program = (
        "import sys, badges.verify\n"
        "heavy = ('PIL', 'pyld', 'jsonschema_rs', 'pypdf', 'requests', 'http.client', 'urllib.request', 'ssl',"
        " 'email')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak of a process")
def test_a_whole_verification_stays_below_80_mib(shared: Path) -> None:
    file = shared / "data/vectors/1edtech/simple-jwt.png"
    program = (
        "import sys\n"
        "from datetime import UTC, datetime\n"
        "from badges.verify import verify\n"
        "from signing import did\n"
        "def fetch(url): raise TimeoutError(url)\n"
        "verify(open(sys.argv[1], 'rb').read(), lambda m, i: did.find_key(m, i, fetch), fetch, datetime.now(UTC))\n"
        "status = open('/proc/self/status').read()\n"
        "print(status.split('VmHWM:')[1].split()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 80 * 1024


#: Applies our own schemas to the document on the standard input, within a GiB of memory; prints what breaks them.
FIND_BREACHES = """
import json, resource, sys
from contextlib import suppress
from badges.schemas import json_schema, rules
document = json.load(sys.stdin)
with suppress(ValueError):  # macOS knows this limit, but cannot set it
    resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
print(json_schema.find_breach_of_extension(document))
for form in ("strict", "loose"):
    print(rules.find_breach(document, "AchievementCredential", form))
"""
WRONG = [1] * 900_000


@soon
@pytest.mark.parametrize(
    ("member", "value", "breaches"),
    [
        ("/issuer/location", WRONG, ["/issuer/location/0", "None", "None"]),
        (
            "/credentialSubject/awardedBy/awardingBody",
            [{"location": WRONG}],
            ["/credentialSubject/awardedBy/awardingBody/0/legalName", "None", "None"],
        ),
        (
            "/credentialSubject/achievement/specialization",
            {f"k{number}": 1 for number in range(200_000)},
            ["None", *["credentialSubject.achievement.specialization"] * 2],
        ),
        (
            "/credentialSubject/achievement/tag",
            WRONG,
            ["None", *["credentialSubject.achievement.tag[0]"] * 2],
        ),
    ],
)
def test_of_a_million_breaches_only_the_first_costs_memory(
    built: Build, data_literacy: Template, member: str, value: Any, breaches: list[str]
) -> None:
    document = built(data_literacy)
    *outer, last = member.split("/")[1:]
    holder = document
    for name in outer:
        holder = holder[name]
    holder[last] = value
    found = subprocess.run(
        [sys.executable, "-c", FIND_BREACHES],
        cwd=ROOT,
        input=json.dumps(document),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert found.stdout.split() == breaches
