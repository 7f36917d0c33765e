"""Speed and memory in comparison with other libraries.

`make bench` runs it, and writes results.json beside this file and its table into the README. Most results are ratios,
because times depend on the machine. Nothing here is a test: a busy machine must not fail a build.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import tempfile
import time
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from openbadgeslib.baking import bake_png, extract_png
from openbadgeslib.ob3.ldp import add_data_integrity_proof, verify_data_integrity_proof
from PIL import Image

from badges.artwork import picture
from badges.bake import KEYWORD, bake, unbake
from badges.credential import Learner, StatusEntry, build_credential
from badges.issuer import read_issuer
from badges.jsonld import as_jsonld
from badges.schemas import rules
from badges.template.model import read_template
from signing import status
from signing.canonical import canonicalize
from signing.compiled.cache import CompiledForms
from signing.compiled.compiler import compile_form, differing_paths
from signing.compiled.securing import secure_filled
from signing.document_loader import find_context
from signing.json_text import Json, as_text
from signing.keys import SigningKey, VerificationMethod, generate
from signing.proofs import PROOFS, check
from signing.secured import SecuredCredential
from tests.bench import editor_requests, process, report
from tests.bench.issuing import issuing_row
from tests.bench.measuring import Row, figure, ratio, timed, timed_ratio
from tests.bench.other_libraries import PlainPyLD, digitalbazaar

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
NOW = datetime(2026, 6, 4, 5, 6, 7, tzinfo=UTC)
GENERAL = PROOFS["eddsa-rdfc-2022"]
MIB = 2**20
OTHERS = ("cryptography", "pyld", "pyjwt", "openbadgeslib")


class Bench:
    """What the rows share: a credential of about 6 KB in compact JSON, its compiled form, keys."""

    def __init__(self) -> None:
        credentials = json.loads((FOLDER / "credentials.json").read_text("utf-8"))
        self.credential: Json = credentials["anna"]
        self.other_credential: Json = credentials["janis"]
        self.issuer_id: str = self.credential["issuer"]["id"]
        self.ed25519 = self._key("e1", "Ed25519")
        self.p256 = self._key("p1", "P-256")
        # Cached, as any verifier would: making a key object takes as long as a signature.
        self._public = {key.verification_method: key.public for key in (self.ed25519, self.p256)}
        self.statements = canonicalize(self.credential).encode()
        slots = differing_paths(self.credential, self.other_credential)
        assert slots
        self.compiled_form = compile_form(self.credential, sorted(slots, key=str))
        values = self.compiled_form.values(self.credential)
        assert values
        self.values = values
        self.pyld = PlainPyLD(self.credential, self.ed25519)
        self.secured = GENERAL.secure(self.credential, self.ed25519, NOW)

    def _key(self, kid: str, algorithm: Any) -> SigningKey:
        method = f"{self.issuer_id}#{kid}"
        return SigningKey(verification_method=method, kid=kid, private=generate(algorithm))

    def find_key(self, method: str, issuer_id: str) -> VerificationMethod:
        return VerificationMethod(id=method, controller=issuer_id, public=self._public[method])


class OpenBadgesLib:
    """openbadgeslib, with keys as PEM and with the context that it does not have."""

    def __init__(self, bench: Bench) -> None:
        private, public = bench.ed25519.private, bench.ed25519.public
        self._credential = bench.credential
        self._method = bench.ed25519.verification_method
        self._pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._public_pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self._contexts = {url: json.loads(find_context(url)) for url in bench.credential["@context"][2:]}

    def issue(self) -> str:
        signed = add_data_integrity_proof(
            self._credential, self._pem, self._method, extra_contexts=self._contexts
        )
        return json.dumps(signed)

    def verify(self, text: str) -> None:
        verify_data_integrity_proof(json.loads(text), self._public_pem, extra_contexts=self._contexts)


# --- the rows


def issue_rows(bench: Bench) -> Iterator[Row]:
    def floor() -> bytes:
        return bench.ed25519.private.sign(sha256(bench.statements).digest() * 2)

    def compiled() -> SecuredCredential:
        return secure_filled(bench.compiled_form, bench.values, bench.ed25519, NOW)

    assert compiled() == bench.secured
    work = "issue, compiled"
    yield ratio(work, "SHA-256 of the statements + one Ed25519 signature", 3, compiled, floor)
    yield ratio(work, "PyLD", 0.015, compiled, bench.pyld.issue)
    yield ratio(work, "openbadgeslib", 0.01, compiled, OpenBadgesLib(bench).issue)


def general_rows(bench: Bench) -> Iterator[Row]:
    text = bench.secured.text
    theirs = OpenBadgesLib(bench)

    def issue() -> SecuredCredential:
        return GENERAL.secure(bench.credential, bench.ed25519, NOW)

    def verify() -> Any:
        return check(bench.secured, bench.find_key, NOW)

    yield ratio("issue, general path", "PyLD", 0.3, issue, bench.pyld.issue)
    yield ratio("issue, general path", "openbadgeslib", 0.2, issue, theirs.issue)
    yield ratio("verify, general path", "PyLD", 0.3, verify, lambda: bench.pyld.verify(text))
    yield ratio("verify, general path", "openbadgeslib", 0.2, verify, lambda: theirs.verify(text))
    with digitalbazaar(bench.credential) as other:
        for what, ours in (("issue", issue), ("verify", verify)):
            work, against, goal = f"{what}, general path", "@digitalbazaar/vc", 0.35
            if other is None:
                yield report.not_measured(work, against, goal, "no Node, or `make interop` was not run")
            else:
                yield timed_ratio(work, against, goal, timed(ours, time.perf_counter), other(what))


def own_rows(bench: Bench) -> Iterator[Row]:
    compiled_forms = CompiledForms(lambda credential: "the achievement")
    compiled_forms.secure(bench.credential, lambda: bench.other_credential, bench.ed25519, NOW)
    theirs = OpenBadgesLib(bench)

    def compiled() -> Any:
        return compiled_forms.check(bench.secured, bench.find_key, NOW)

    assert compiled() == check(bench.secured, bench.find_key, NOW)
    yield ratio(
        "verify one of our own, compiled",
        "openbadgeslib",
        0.03,
        compiled,
        lambda: theirs.verify(bench.secured.text),
    )


def jwt_rows(bench: Bench) -> Iterator[Row]:
    proof, key = PROOFS["vc-jwt"], bench.p256
    secured = proof.secure(bench.credential, key, NOW)
    public = key.public
    payload = jwt.decode(secured.text, public, algorithms=["ES256"])
    headers = {"kid": key.verification_method}
    yield ratio(
        "VC-JWT ES256, issue",
        "PyJWT encode",
        1.1,
        lambda: proof.secure(bench.credential, key, NOW),
        lambda: jwt.encode(payload, key.private, algorithm="ES256", headers=headers),
    )
    yield ratio(
        "VC-JWT ES256, verify",
        "PyJWT decode",
        0.4,
        lambda: check(secured, bench.find_key, NOW),
        lambda: jwt.decode(secured.text, public, algorithms=["ES256"]),
    )


def picture_rows(bench: Bench) -> Iterator[Row]:
    """A picture as Pillow writes it, its pixels in several chunks."""
    side = 408
    noise = Image.frombytes("RGB", (side, side), random.Random(1).randbytes(side * side * 3))
    file = BytesIO()
    noise.save(file, "PNG")
    png, text = file.getvalue(), bench.secured.text
    baked, theirs = bake(png, bench.secured), bake_png(png, text, keyword=KEYWORD)
    assert unbake(theirs) == unbake(baked) == bench.secured
    yield ratio(
        "bake a PNG of 500 KB",
        "openbadgeslib",
        0.1,
        lambda: bake(png, bench.secured),
        lambda: bake_png(png, text, keyword=KEYWORD),
    )
    yield ratio(
        "unbake a PNG of 500 KB, each checksum checked",
        "openbadgeslib",
        0.1,
        lambda: unbake(baked),
        lambda: extract_png(theirs, keyword=KEYWORD),
    )


def status_rows() -> Iterator[Row]:
    bits = status.empty()
    for index in random.Random(1).sample(range(status.LENGTH), status.LENGTH // 100):
        bits = status.with_bit_set(bits, index)
    decoded = status.decode(status.encode(bits))
    work = f"status list of {status.LENGTH:,} bits, 1 % set"
    yield figure(f"{work}: encode anew", "ms", 1, lambda: status.encode(bits))
    yield figure(f"{work}: one bit of it, decoded", "us", 5, lambda: status.bit(decoded, 4711))


def template_rows() -> Iterator[Row]:
    """A credential of a template of the demo, with all EU elements, built and validated."""
    tool = "https://badges.riga.example"
    issuer = read_issuer(tomllib.loads((ROOT / "config/issuer.example.toml").read_text("utf-8")), tool)
    file = ROOT / "lti_tool/demo/templates/data-literacy.toml"
    template = read_template(tomllib.loads(file.read_text("utf-8")))

    def build_and_validate() -> Json:
        credential = as_jsonld(
            build_credential(
                credential_id=f"{tool}/credentials/7f1c2f0e-3c52-4f0c-9a44-6e2b5d0d9a01",
                subject_id="urn:uuid:0d2c0c5e-5d5a-4a6e-9d2b-3f1f0b6a7c11",
                template=template,
                template_url=f"{tool}/achievements/5b2a0c7d/1",
                version=1,
                picture_url=f"{tool}/achievements/5b2a0c7d/1/image.png",
                issuer=issuer,
                learner=Learner(name="Anna Bērziņa", email="anna@example.org"),
                salt="5bd2c0a4e17f48d9",
                language="lv",
                awarded_at=NOW - timedelta(days=1),
                now=NOW,
                score=Decimal("0.86"),
                status=StatusEntry(list_url=f"{tool}/status/1", index=4711),
                extension_url=f"{tool}/eu-micro-credential/v1/context.jsonld",
            )
        )
        assert rules.find_breach(credential, "AchievementCredential") is None
        return credential

    yield figure("build a credential from a published template, and validate it", "ms", 1, build_and_validate)


def editor_row() -> Row:
    """The slowest request of the editor, with a template complete in two languages."""
    work = "the editor of templates: its largest request"
    with editor_requests.requests() as requests:
        return max(
            (figure(work, "ms", 100, request) for request in requests.values()), key=lambda row: row.result
        )


def process_rows(bench: Bench) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        drawn = picture("Data", None, "Riga College")
        words = process.badge_folder(Path(folder), bench.credential, bench.ed25519, drawn)
        work = "`python -m lti_tool verify badge.png`, offline"
        yield timed_ratio(
            f"{work}, the whole process",
            "importing the same modules",
            1.2,
            process.verify_command(words),
            process.import_command(words),
        )
        peak = process.peak_mib("lti_tool", *words)
        yield Row(work=f"{work}, most memory", ours=None, result=peak, unit="MiB", goal=80)


def memory_row(count: int) -> Row:
    """The peak memory of a process that issues so many credentials to a file, minus that of one that issues 1,000."""
    first, last = (process.peak_mib("tests.bench.run", "--issue", str(number)) for number in (1_000, count))
    return Row(
        work=f"memory while issuing {count:,} credentials to a file, over the first 1,000",
        ours=None,
        result=None if first is None or last is None else last - first,
        unit="MiB",
        goal=20,
    )


def issue_to_file(count: int) -> None:
    """Writes so many different credentials to a temporary file."""
    bench = Bench()
    names = [".".join(map(str, path)) for path in bench.compiled_form.slots]
    with tempfile.TemporaryFile("w") as file:
        for number in range(count):
            values = list(bench.values)
            values[names.index("id")] = f"urn:uuid:0c9a7c1e-5b0e-4b7e-8d2b-{number:012}"
            values[names.index("credentialStatus.statusListIndex")] = str(number)
            values[names.index("evidence.0.narrative")] = f"Learner {number} has counted bicycles."
            file.write(secure_filled(bench.compiled_form, values, bench.ed25519, NOW).text + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issue", type=int, help="only issue so many credentials: the work of the last row")
    parser.add_argument("--credentials", type=int, default=100_000, help="how many for the row about memory")
    words = parser.parse_args()
    if words.issue:
        issue_to_file(words.issue)
        return
    bench = Bench()
    rows = [
        *issue_rows(bench),
        *general_rows(bench),
        *own_rows(bench),
        *jwt_rows(bench),
        *picture_rows(bench),
        *status_rows(),
        *template_rows(),
        editor_row(),
        issuing_row(),
        *process_rows(bench),
        memory_row(words.credentials),
    ]
    results = report.as_json(
        machine=f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        versions={name: version(name) for name in OTHERS} | report.node_versions(),
        credential={"json_bytes": len(as_text(bench.credential)), "statement_bytes": len(bench.statements)},
        rows=rows,
    )
    report.write(results)
    print(report.table(results))


if __name__ == "__main__":
    main()
