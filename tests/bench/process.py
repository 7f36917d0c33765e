"""Time and memory of whole processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from badges.bake import bake
from badges.status_list import build_status_list
from signing import status
from signing.did_document import did_document
from signing.json_text import Json
from signing.keys import SigningKey, VerificationMethod, jwk
from signing.proofs import EDDSA_RDFC_2022
from tests.bench.measuring import Timed

ROOT = Path(__file__).parents[2]
DAY = timedelta(days=1)
#: Runs a module with its arguments and prints as its last line the peak memory in KiB. What the system reports about
#: a child that has ended would include the parent from which it was forked.
PRINT_PEAK_MEMORY = """
import runpy, sys
sys.argv[:] = sys.argv[1:]
try:
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
except SystemExit as end:
    assert not end.code, end.code
with open("/proc/self/status") as file:
    print(next(line.split()[1] for line in file if line.startswith("VmHWM:")))
"""
#: Runs a command and prints as its last line the modules that it imported, in that order.
PRINT_MODULES = """
import sys
before = {*sys.modules}
from lti_tool.commands.main import main
code = main(sys.argv[1:])
print(*[name for name, module in sys.modules.items() if name not in before and getattr(module, "__spec__", None)])
sys.exit(code)
"""
IMPORT_MODULES = "import sys, importlib\nfor name in sys.argv[1:]: importlib.import_module(name)"


def badge_folder(folder: Path, credential: Json, key: SigningKey, picture: bytes) -> list[str]:
    """The arguments of a command that verifies a badge offline; writes it and the issuer's documents to `folder`."""
    issuer_id, now = credential["issuer"]["id"], datetime.now(UTC)
    method = VerificationMethod(id=key.verification_method, controller=issuer_id, public=key.public)
    status_list = build_status_list(
        list_url=credential["credentialStatus"]["statusListCredential"],
        issuer_id=issuer_id,
        bits=status.empty(),
        now=now,
        ttl=DAY,
        lifetime=DAY,
    )
    documents = {
        "did.json": json.dumps(did_document(issuer_id, [method])),
        "jwks.json": json.dumps({"keys": [jwk(key.public, key.kid)]}),
        "status-list.json": EDDSA_RDFC_2022.secure(status_list, key, now).text,
    }
    for name, text in documents.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "badge.png").write_bytes(bake(picture, EDDSA_RDFC_2022.secure(credential, key, now)))
    return ["verify", str(folder / "badge.png"), "--documents", str(folder)]


def verify_command(words: Sequence[str]) -> Timed:
    """`python -m lti_tool` with these arguments, the start of the process included."""
    return _processes(["-m", "lti_tool", *words])


def import_command(words: Sequence[str]) -> Timed:
    """A process that only imports what that command imports."""
    output = _run(["-c", PRINT_MODULES, *words])
    return _processes(["-c", IMPORT_MODULES, *output.splitlines()[-1].split()])


def peak_mib(module: str, *words: str) -> float | None:
    """The peak memory of `python -m module words`; None where the system is not Linux."""
    if not Path("/proc/self/status").exists():
        return None
    return int(_run(["-c", PRINT_PEAK_MEMORY, module, *words]).split()[-1]) / 1024


def _processes(arguments: list[str]) -> Timed:
    def timed(times: int) -> float:
        started = time.perf_counter()
        for _ in range(times):
            _run(arguments)
        return time.perf_counter() - started

    return timed


def _run(arguments: Sequence[str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=_environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}
