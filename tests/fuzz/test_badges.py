"""Bytes of every kind that badges and signing read, bent at random: each is read, or refused as promised.

A short run is part of `make test`, a long one of `make test-long`; `make fuzz` is this folder's part of it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from badges import bake
from tests.amounts import FUZZ, LONG
from tests.fuzz.targets import SEEDS, TARGETS, part

ROOT = Path(__file__).parents[2]
#: For an example that hypothesis thinks of, atheris gets this many: it learns by trying.
RUNS = 20


@st.composite
def bent(draw: st.DrawFn) -> bytes:
    """Some bytes, or one of the seeds with a few places changed; the checksums of a PNG stay right."""
    seed = draw(st.sampled_from(SEEDS) | st.binary(max_size=200))
    file = bytearray(seed)
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(file)))
        file[place : place + draw(st.integers(0, 3))] = draw(
            st.binary(max_size=4)
            | st.sampled_from([b"{", b'"', b"[[", b"\0", b"<!DOCTYPE x>", b"&x;", b"]]>"])
        )
    return with_checksums(bytes(file)) if draw(st.booleans()) else bytes(file)


def with_checksums(file: bytes) -> bytes:
    if not file.startswith(bake.SIGNATURE):
        return file
    at, parts = len(bake.SIGNATURE), [bake.SIGNATURE]
    while at + 12 <= len(file):
        length = int.from_bytes(file[at : at + 4])
        parts.append(part(file[at + 4 : at + 8], file[at + 8 : at + 8 + length]))
        at += 12 + length
    return b"".join(parts)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
def test_no_bytes_do_harm(target: Callable[[bytes], None]) -> None:
    @settings(deadline=None, max_examples=FUZZ, suppress_health_check=list(HealthCheck))
    @given(bent())
    def run(data: bytes) -> None:
        target(data)

    run()


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
def test_no_bytes_do_harm_that_are_sought_along_the_code(
    target: Callable[[bytes], None], tmp_path: Path
) -> None:
    pytest.importorskip("atheris", reason="atheris, which follows the code, is not built for this machine")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(SEEDS):
        (corpus / str(number)).write_bytes(seed)
    options = [f"-runs={FUZZ * RUNS}", "-max_len=4096", "-timeout=20", "-rss_limit_mb=600"]
    if not LONG:  # a short run tries the same each time, or it would be no gate
        options.append("-seed=1")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.fuzz.targets",
            target.__name__,
            *options,
            f"-artifact_prefix={tmp_path}/",
            corpus,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"Done {FUZZ * RUNS} runs" in done.stderr
