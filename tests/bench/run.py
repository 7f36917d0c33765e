"""Speed and memory, as ratios measured side by side in one run: figures of one machine mean nothing, ratios stay.

`make bench` runs it, writes results.json beside this file and prints a table for the README. Nothing here is a test:
what is slow today because a neighbour is busy must not fail a build.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import random
import struct
import subprocess
import sys
import tempfile
import time
import tomllib
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from openbadgeslib.baking import bake_png, extract_png
from openbadgeslib.ob3.ldp import add_data_integrity_proof, verify_data_integrity_proof
from pyld import jsonld

from badges.bake import bake, unbake
from badges.credential import Learner, StatusEntry, build
from badges.issuer import read_issuer
from badges.jsonld import as_jsonld
from badges.template import read_template
from signing import status
from signing.canonical import canonicalize
from signing.compiled import Template, compile_template, differing
from signing.documents import as_remote_document, find_context, pinned_name
from signing.jsontext import as_text, read_object
from signing.keys import SigningKey, VerificationMethod, generate
from signing.multibase import base58, from_base58
from signing.proofs import PROOFS, check
from signing.secured import Json, SecuredCredential
from signing.templates import Templates, secure

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results.json"
TOOL = "https://badges.riga.example"
NOW = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
#: Rounds of a comparison; in each round every candidate takes its turn.
ROUNDS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. `ratio` is what `unit` says: times as long as the other, or a figure of its own."""

    work: str
    ours: float
    other: float | None
    ratio: float
    unit: str
    goal: float
    met: bool


# --- what is measured ------------------------------------------------------------------------------------------------


def credentials() -> tuple[Json, Json]:
    """Two credentials of one achievement as the tool issues them, with nothing of the learner in common."""
    issuer = read_issuer(tomllib.loads((ROOT / "config/issuer.example.toml").read_text("utf-8")), TOOL)
    template = read_template(
        tomllib.loads((ROOT / "lti_tool/demo/templates/solar-panels.toml").read_text("utf-8"))
    )

    def made(number: int, name: str, score: str) -> Json:
        return as_jsonld(
            build(
                credential_id=f"{TOOL}/credentials/7f1c2f0e-3c52-4f0c-9a44-6e2b5d0d9a{number:02}",
                template=template,
                template_url=f"{TOOL}/achievements/5b2a0c7d/1",
                version=1,
                picture_url=f"{TOOL}/achievements/5b2a0c7d/1/image.png",
                issuer=issuer,
                learner=Learner(name=name, email=f"{number}@example.org"),
                salt=f"{number:032x}",
                language="en",
                awarded_at=NOW - timedelta(days=number),
                now=NOW + timedelta(minutes=number),
                score=Decimal(score),
                status=StatusEntry(list_url=f"{TOOL}/status/{number}", index=4711 + number),
                extension_url=f"{TOOL}/eu-micro-credential/v1/context.jsonld",
            )
        )

    return made(1, "Anna Bērziņa", "0.86"), made(2, "Zane O'Neil", "0.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What all rows need, made once."""

    credential: Json
    named: Json
    template: Template
    values: tuple[Any, ...]
    ed25519: SigningKey
    p256: SigningKey
    pem: bytes
    public_pem: bytes
    extra: dict[str, Any]

    def find_key(self, method: str, issuer_id: str) -> VerificationMethod:
        key = self.ed25519 if method == self.ed25519.verification_method else self.p256
        return VerificationMethod(id=method, controller=issuer_id, public=PUBLIC[key.kid])


#: Kept, as any verifier would keep them: to make the object of a key takes as long as to sign.
PUBLIC: dict[str, Any] = {}


def prepared() -> Bench:
    first, second = credentials()
    slots = differing(first, second)
    assert slots, "the credentials of one achievement have one shape"
    template = compile_template(first, sorted(slots, key=str))
    values = template.values(second)
    assert values is not None
    issuer_id = first["issuer"]["id"]
    ed25519 = SigningKey(verification_method=f"{issuer_id}#e1", kid="e1", private=generate("Ed25519"))
    p256 = SigningKey(verification_method=f"{TOOL}/keys/p1.json", kid="p1", private=generate("P-256"))
    PUBLIC.update(e1=ed25519.public, p1=p256.public)
    pem = ed25519.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public_pem = ed25519.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    extension = second["@context"][-1]
    named = second | {"@context": [pinned_name(url) for url in second["@context"]]}
    extra = {extension: json.loads(find_context(extension))}
    return Bench(
        credential=second,
        named=named,
        template=template,
        values=values,
        ed25519=ed25519,
        p256=p256,
        pem=pem,
        public_pem=public_pem,
        extra=extra,
    )


# --- plain PyLD, as one would write it who knows its traps -----------------------------------------------------------

_LOADED = {
    url: as_remote_document(url, find_context(url))
    for url in [pinned_name(url) for url in credentials()[0]["@context"]]
}
_PYLD = {
    "algorithm": "URDNA2015",
    "format": "application/n-quads",
    "documentLoader": lambda url, options=None: _LOADED[url],
}


def pyld_hash(document: Json) -> bytes:
    return sha256(jsonld.normalize(document, _PYLD).encode()).digest()


def pyld_issue(bench: Bench) -> str:
    proof = {
        "type": "DataIntegrityProof",
        "created": "2026-02-03T04:05:06Z",
        "verificationMethod": bench.ed25519.verification_method,
        "proofPurpose": "assertionMethod",
        "cryptosuite": "eddsa-rdfc-2022",
    }
    data = pyld_hash({"@context": bench.named["@context"], **proof}) + pyld_hash(bench.named)
    signature = bench.ed25519.private.sign(data)
    return json.dumps({**bench.credential, "proof": [{**proof, "proofValue": "z" + base58(signature)}]})


def pyld_verify(bench: Bench, text: str) -> None:
    document = json.loads(text)
    (proof,) = document.pop("proof")
    signature = from_base58(proof.pop("proofValue")[1:])
    document["@context"] = bench.named["@context"]
    data = pyld_hash({"@context": bench.named["@context"], **proof}) + pyld_hash(document)
    PUBLIC["e1"].verify(signature, data)


# --- measuring -------------------------------------------------------------------------------------------------------


def compared(ours: Callable[[], Any], other: Callable[[], Any]) -> tuple[float, float, float]:
    """Microseconds of ours, of the other, and the median of their ratios, each taken in one and the same round."""
    times = {function: max(1, int(0.02 / _once(function))) for function in (ours, other)}
    ours_times, other_times = [], []
    gc.disable()
    for number in range(ROUNDS):
        pair = [(ours, ours_times), (other, other_times)]
        for function, taken in pair if number % 2 else reversed(pair):
            gc.collect()
            begun = time.perf_counter()
            for _ in range(times[function]):
                function()
            taken.append((time.perf_counter() - begun) / times[function] * 1e6)
    gc.enable()
    ratios = [one / two for one, two in zip(ours_times, other_times, strict=True)]
    return median(ours_times), median(other_times), median(ratios)


def _once(function: Callable[[], Any]) -> float:
    function()
    begun = time.perf_counter()
    function()
    return max(time.perf_counter() - begun, 1e-7)


def ratio(work: str, against: str, goal: float, ours: Callable[[], Any], other: Callable[[], Any]) -> Row:
    one, two, times = compared(ours, other)
    return Row(work=work, ours=one, other=two, ratio=times, unit=f"x {against}", goal=goal, met=times <= goal)


def figure(work: str, unit: str, goal: float, function: Callable[[], Any]) -> Row:
    """A time with a goal of its own, in microseconds."""
    taken, _, _ = compared(function, lambda: None)
    return Row(work=work, ours=taken, other=None, ratio=taken, unit=unit, goal=goal, met=taken <= goal)


# --- the rows --------------------------------------------------------------------------------------------------------


def issue_rows(bench: Bench) -> list[Row]:
    text = canonicalize(bench.credential).encode()
    general = PROOFS["eddsa-rdfc-2022"]

    def floor() -> bytes:
        return bench.ed25519.private.sign(sha256(text).digest() * 2)

    def compiled() -> SecuredCredential:
        return secure(bench.template, bench.values, bench.ed25519, NOW)

    def by_pyld() -> str:
        return pyld_issue(bench)

    def by_openbadgeslib() -> str:
        method = bench.ed25519.verification_method
        signed = add_data_integrity_proof(bench.credential, bench.pem, method, extra_contexts=bench.extra)
        return json.dumps(signed)

    def generally() -> SecuredCredential:
        return general.secure(bench.credential, bench.ed25519, NOW)

    learnt = Templates()
    for one in credentials():
        learnt.secure("solar/1", one, bench.ed25519, NOW)

    def learned() -> SecuredCredential:
        return learnt.secure("solar/1", bench.credential, bench.ed25519, NOW)

    assert compiled() == generally() == learned()
    floor_name = "floor (SHA-256 + Ed25519)"
    return [
        ratio("issue, compiled, values in", floor_name, 3, compiled, floor),
        ratio("issue, compiled, values in", "PyLD", 0.015, compiled, by_pyld),
        ratio("issue, compiled, values in", "openbadgeslib", 0.01, compiled, by_openbadgeslib),
        ratio("issue, compiled, credential in", "PyLD", 0.03, learned, by_pyld),
        ratio("issue, general", "PyLD", 0.3, generally, by_pyld),
        ratio("issue, general", "openbadgeslib", 0.2, generally, by_openbadgeslib),
    ]


def verify_rows(bench: Bench) -> list[Row]:
    secured = PROOFS["eddsa-rdfc-2022"].secure(bench.credential, bench.ed25519, NOW)
    learnt = Templates()
    for one in credentials():
        learnt.secure("solar/1", one, bench.ed25519, NOW)

    def generally() -> Any:
        return check(secured, bench.find_key, NOW)

    def compiled() -> Any:
        return learnt.check("solar/1", secured, bench.find_key, NOW)

    def by_openbadgeslib() -> None:
        verify_data_integrity_proof(json.loads(secured.text), bench.public_pem, extra_contexts=bench.extra)

    assert generally() == compiled()
    return [
        ratio("verify, general", "PyLD", 0.3, generally, lambda: pyld_verify(bench, secured.text)),
        ratio("verify, general", "openbadgeslib", 0.2, generally, by_openbadgeslib),
        ratio("verify our own, compiled", "openbadgeslib", 0.03, compiled, by_openbadgeslib),
    ]


def jwt_rows(bench: Bench) -> list[Row]:
    proof = PROOFS["vc-jwt"]
    secured = proof.secure(bench.credential, bench.p256, NOW)
    payload = read_object(json.dumps(jwt.decode(secured.text, PUBLIC["p1"], algorithms=["ES256"])))

    def by_us() -> SecuredCredential:
        return proof.secure(bench.credential, bench.p256, NOW)

    def by_pyjwt() -> str:
        header = {"kid": bench.p256.verification_method}
        return jwt.encode(payload, bench.p256.private, algorithm="ES256", headers=header)

    return [
        ratio("VC-JWT ES256 issue", "PyJWT encode", 1.1, by_us, by_pyjwt),
        ratio(
            "VC-JWT ES256 verify",
            "PyJWT decode",
            0.4,
            lambda: check(secured, bench.find_key, NOW),
            lambda: jwt.decode(secured.text, PUBLIC["p1"], algorithms=["ES256"]),
        ),
    ]


def bake_rows(bench: Bench) -> list[Row]:
    png = picture(500_000)
    secured = SecuredCredential(as_text(bench.credential), "application/vc+ld+json")
    baked = bake(png, secured)
    theirs = bake_png(png, secured.text, keyword=b"openbadgecredential")
    assert unbake(theirs) == unbake(baked) == secured
    return [
        ratio("bake a 500 KB PNG", "openbadgeslib", 0.1, lambda: bake(png, secured),
              lambda: bake_png(png, secured.text, keyword=b"openbadgecredential")),
        ratio("unbake a 500 KB PNG", "openbadgeslib", 0.1, lambda: unbake(baked),
              lambda: extract_png(theirs, keyword=b"openbadgecredential")),
    ]  # fmt: skip


def picture(size: int) -> bytes:
    """A PNG of about that many bytes; what it shows does not matter."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 600, 600, 8, 2, 0, 0, 0)
    body = random.Random(1).randbytes(size)
    parts = [chunk(b"IDAT", body[at : at + 8192]) for at in range(0, size, 8192)]
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(parts) + chunk(b"IEND", b"")


def status_rows() -> list[Row]:
    bits = status.empty()
    for index in random.Random(1).sample(range(status.LENGTH), status.LENGTH // 100):
        bits = status.with_bit(bits, index, True)
    decoded = status.decode(status.encode(bits))
    return [
        figure("status list of 131,072, 1 % set: re-encode", "us", 1_000, lambda: status.encode(bits)),
        figure("one bit of a decoded list", "us", 5, lambda: status.bit(decoded, 4711)),
    ]


def memory_row(count: int) -> Row:
    """What a process grows by while it writes that many credentials to a file, over the first thousand."""
    done = subprocess.run(
        [sys.executable, __file__, "--issue", str(count)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    grown = int(done.stdout) / 2**20
    return Row(
        work=f"memory while issuing {count:,} credentials to a file, over the first 1,000",
        ours=grown,
        other=None,
        ratio=grown,
        unit="MiB",
        goal=20,
        met=grown < 20,
    )


def issue_to_a_file(count: int) -> int:
    """The bytes by which the peak grew after the first thousand."""
    bench = prepared()
    name = bench.template.slots.index(("name",)) if ("name",) in bench.template.slots else None
    index = bench.template.slots.index(("credentialStatus", "statusListIndex"))
    grown_at = 0
    with tempfile.TemporaryFile("w") as file:
        for number in range(count):
            values = list(bench.values)
            values[index] = str(number)
            if name is not None:
                values[name] = f"Learner {number}"
            file.write(secure(bench.template, values, bench.ed25519, NOW).text + "\n")
            if number == 1_000:
                grown_at = _peak()
            if number % 10_000 == 9_999:
                file.seek(0)
                file.truncate()
    return _peak() - grown_at


def _peak() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


# --- telling ---------------------------------------------------------------------------------------------------------


def table(rows: list[Row]) -> str:
    lines = ["| work | ours | other | result | goal | |", "|---|---:|---:|---:|---:|---|"]
    for row in rows:
        ours = "" if row.other is None else f"{row.ours:,.0f} us"
        other = "" if row.other is None else f"{row.other:,.0f} us"
        goal = f"<= {row.goal:g}"
        result = f"{row.ratio:.3g} {row.unit}"
        lines.append(
            f"| {row.work} | {ours} | {other} | {result} | {goal} | {'met' if row.met else 'MISSED'} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issue", type=int, help="only issue so many credentials; for the row about memory")
    parser.add_argument("--credentials", type=int, default=100_000, help="how many for the row about memory")
    arguments = parser.parse_args()
    if arguments.issue:
        print(issue_to_a_file(arguments.issue))
        return
    bench = prepared()
    rows = [*issue_rows(bench), *verify_rows(bench), *jwt_rows(bench), *bake_rows(bench), *status_rows()]
    rows.append(memory_row(arguments.credentials))
    size = len(as_text(bench.credential))
    told = {
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        "versions": {name: version(name) for name in ("cryptography", "pyld", "pyjwt", "openbadgeslib")},
        "credential": {
            "json_bytes": size,
            "nquads_bytes": len(canonicalize(bench.credential).encode()),
            "slots": len(bench.values),
        },
        "rows": [asdict(row) for row in rows],
    }
    RESULTS.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    print(f"A credential of {size:,} characters; {told['machine']}.\n")
    print(table(rows))


if __name__ == "__main__":
    main()
