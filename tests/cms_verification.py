"""OpenSSL's word on a CMS seal."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest


def openssl_accepts(folder: Path, seal: bytes, data: bytes, trusted: bytes, at: datetime) -> bool:
    """Whether the seal (DER) verifies for these bytes with that trust (PEM), and names its certificate (CAdES).

    Skips the test where there is no OpenSSL.
    """
    if shutil.which("openssl") is None:
        pytest.skip("Debian's openssl is not installed")
    for name, content in (("seal.der", seal), ("data", data), ("trusted.pem", trusted)):
        (folder / name).write_bytes(content)
    # The certificates of tests are for no purpose that OpenSSL knows, and of days that may not be today's.
    words = (
        "cms -verify -cades -binary -inform DER -in seal.der -content data -CAfile trusted.pem -purpose any"
    )
    words += f" -attime {int(at.timestamp())} -out verified"
    done = subprocess.run(["openssl", *words.split()], cwd=folder, check=False, capture_output=True)
    return done.returncode == 0 and (folder / "verified").read_bytes() == data
