"""Files of every kind that badges and signing read, mutated at random, are read or refused with a documented error.

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
from tests.fuzz.targets import SEEDS, TARGETS, png_chunk

ROOT = Path(__file__).parents[2]
#: Runs of atheris for each example of hypothesis: its runs are faster, and it needs many to learn.
RUNS = 20


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Random bytes, or a seed with up to 4 changes; in half of the cases the checksums of a PNG are right again."""
    seed = draw(st.sampled_from(SEEDS) | st.binary(max_size=200))
    file = bytearray(seed)
    for _ in range(draw(st.integers(0, 4))):
        position = draw(st.integers(0, len(file)))
        file[position : position + draw(st.integers(0, 3))] = draw(
            st.binary(max_size=4)
            | st.sampled_from([b"{", b'"', b"[[", b"\0", b"<!DOCTYPE x>", b"&x;", b"]]>"])
        )
    return with_checksums(bytes(file)) if draw(st.booleans()) else bytes(file)


def with_checksums(file: bytes) -> bytes:
    """A PNG with every checksum made right, so that mutations get past them; other files unchanged."""
    if not file.startswith(bake.SIGNATURE):
        return file
    position, chunks = len(bake.SIGNATURE), [bake.SIGNATURE]
    while position + 12 <= len(file):
        length = int.from_bytes(file[position : position + 4])
        chunks.append(
            png_chunk(file[position + 4 : position + 8], file[position + 8 : position + 8 + length])
        )
        position += 12 + length
    return b"".join(chunks)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
def test_no_bytes_do_harm(target: Callable[[bytes], None]) -> None:
    @settings(deadline=None, max_examples=FUZZ, suppress_health_check=list(HealthCheck))
    @given(mutated())
    def run(data: bytes) -> None:
        target(data)

    run()


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
def test_no_bytes_found_by_coverage_do_harm(target: Callable[[bytes], None], tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris is not built for this machine")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(SEEDS):
        (corpus / str(number)).write_bytes(seed)
    options = [f"-runs={FUZZ * RUNS}", "-max_len=4096", "-timeout=20", "-rss_limit_mb=0"]
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
