"""Speed and memory in comparison with other libraries.

`make bench` runs it, and writes results.json beside this file and its table into the README. Most results are ratios,
because times depend on the machine. Nothing here is a test: a busy machine must not fail a build.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

import jwt
from openbadgeslib.baking import bake_png, extract_png
from PIL import Image

from badges.artwork import picture
from badges.bake import KEYWORD, bake, unbake
from badges.disclosure import part_paths
from badges.schemas import rules
from badges.sd_jwt.issuing import confirm_key, secure_vc_sd_jwt
from signing import status
from signing.canonical import canonicalize
from signing.compiled.cache import CompiledForms
from signing.did import did_key
from signing.json_text import as_text
from signing.keys import SigningKey, VerificationMethod, generate
from signing.proofs import PROOFS, check
from signing.secured import SecuredCredential
from tests.bench import completions, demo_credentials, editor_requests, looks, process, report, web
from tests.bench.demo_credentials import NOW
from tests.bench.issuing import claim_row, issuing_rows
from tests.bench.measuring import Row, figure, ratio, timed, timed_ratio
from tests.bench.other_libraries import (
    OpenBadgesLib,
    PlainPyLD,
    PlainPyoxigraph,
    ReferenceSdJwt,
    digitalbazaar,
)

GENERAL = PROOFS["eddsa-rdfc-2022"]
MIB = 2**20
OTHERS = ("cryptography", "pyld", "pyoxigraph", "pyjwt", "sd-jwt", "openbadgeslib")


class Bench:
    """What the rows share: a credential as the demo issues it, the compiled form of such, keys."""

    def __init__(self) -> None:
        builder = demo_credentials.builder()
        self.credential = demo_credentials.build(builder, 4711)
        self.other_credential = demo_credentials.build(builder, 4712)
        self.issuer_id: str = self.credential["issuer"]["id"]
        self.ed25519 = self._key("e1", "Ed25519")
        self.p256 = self._key("p1", "P-256")
        # Cached, as any verifier would: making a key object takes as long as a signature.
        self._public = {key.verification_method: key.public for key in (self.ed25519, self.p256)}
        self.statements = canonicalize(self.credential).encode()
        self.compiled_forms = CompiledForms(lambda credential: "the achievement")
        self.pyld = PlainPyLD(self.credential, self.ed25519)
        self.pyoxigraph = PlainPyoxigraph(self.credential, self.ed25519)
        self.openbadgeslib = OpenBadgesLib(self.credential, self.ed25519)
        self.secured = GENERAL.secure(self.credential, self.ed25519, NOW)
        assert self.compiled() == self.secured
        assert self.pyoxigraph.canonical(self.credential) == self.statements

    def compiled(self) -> SecuredCredential:
        """The credential, secured as the product does it."""
        return self.compiled_forms.secure(self.credential, lambda: self.other_credential, self.ed25519, NOW)

    def _key(self, kid: str, algorithm: Any) -> SigningKey:
        method = f"{self.issuer_id}#{kid}"
        return SigningKey(verification_method=method, kid=kid, private=generate(algorithm))

    def find_key(self, method: str, issuer_id: str) -> VerificationMethod:
        return VerificationMethod(id=method, controller=issuer_id, public=self._public[method])


# --- the rows


def issue_rows(bench: Bench) -> Iterator[Row]:
    def floor() -> bytes:
        return bench.ed25519.private.sign(sha256(bench.statements).digest() * 2)

    work = "issue, compiled"
    yield ratio(work, "SHA-256 of the statements + one Ed25519 signature", 2.5, bench.compiled, floor)
    yield ratio(work, "PyLD", 0.015, bench.compiled, bench.pyld.issue)
    yield ratio(work, "openbadgeslib", 0.01, bench.compiled, bench.openbadgeslib.issue)


def general_rows(bench: Bench) -> Iterator[Row]:
    text = bench.secured.text

    def issue() -> SecuredCredential:
        return GENERAL.secure(bench.credential, bench.ed25519, NOW)

    def verify() -> Any:
        return check(bench.secured, bench.find_key, NOW)

    for against, goal, other in (
        ("PyLD", 0.25, bench.pyld),
        ("pyoxigraph", 0.5, bench.pyoxigraph),
        ("openbadgeslib", 0.2, bench.openbadgeslib),
    ):
        yield ratio("issue, general path", against, goal, issue, other.issue)
        yield ratio("verify, general path", against, goal, verify, partial(other.verify, text))
    with digitalbazaar(bench.credential) as timed_in_node:
        for what, ours in (("issue", issue), ("verify", verify)):
            work, against, goal = f"{what}, general path", "@digitalbazaar/vc", 0.35
            if timed_in_node is None:
                yield report.not_measured(work, against, goal, "no Node, or `make interop` was not run")
            else:
                yield timed_ratio(work, against, goal, timed(ours, time.perf_counter), timed_in_node(what))


def own_rows(bench: Bench) -> Iterator[Row]:
    def compiled() -> Any:
        return bench.compiled_forms.check(bench.secured, bench.find_key, NOW)

    assert compiled() == check(bench.secured, bench.find_key, NOW)
    yield ratio(
        "verify one of our own, compiled",
        "openbadgeslib",
        0.02,
        compiled,
        lambda: bench.openbadgeslib.verify(bench.secured.text),
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


def sd_jwt_rows(bench: Bench) -> Iterator[Row]:
    """A credential of which name, address and result may be left out: all is shown, and nothing is bound."""
    holder = confirm_key(did_key(bench.p256.public))
    secured = secure_vc_sd_jwt(bench.credential, holder, bench.p256, NOW)
    others = ReferenceSdJwt(bench.credential, part_paths(bench.credential), bench.p256)
    assert others.verify(secured.text)["credentialSubject"] == bench.credential["credentialSubject"]
    yield ratio(
        "SD-JWT ES256, issue",
        "sd-jwt",
        0.8,
        lambda: secure_vc_sd_jwt(bench.credential, holder, bench.p256, NOW),
        others.issue,
    )
    yield ratio(
        "SD-JWT ES256, verify",
        "sd-jwt",
        0.8,
        lambda: check(secured, bench.find_key, NOW),
        lambda: others.verify(secured.text),
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
    """Credentials of a template of the demo, with all EU elements."""

    def build_and_validate() -> None:
        credential = demo_credentials.build(demo_credentials.builder(), 4711)
        assert rules.find_breach(credential, "AchievementCredential") is None

    builder = demo_credentials.builder()
    yield figure("build a credential from a published template, and validate it", "ms", 1, build_and_validate)
    yield figure(
        "build one more credential of that achievement",
        "us",
        150,
        lambda: demo_credentials.build(builder, 4711),
    )


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
    bench, builder = Bench(), demo_credentials.builder()
    with tempfile.TemporaryFile("w") as file:
        for number in range(count):
            credential = demo_credentials.build(builder, number)
            secured = bench.compiled_forms.secure(
                credential, lambda: bench.other_credential, bench.ed25519, NOW
            )
            file.write(secured.text + "\n")


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
        *sd_jwt_rows(bench),
        *picture_rows(bench),
        *status_rows(),
        *template_rows(),
        editor_row(),
        *issuing_rows(),
        claim_row(),
        *looks.rows(),
        *web.rows(),
        *completions.rows(),
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
