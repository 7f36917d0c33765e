"""A device for keys: Debian's SoftHSM, with a token of the tests. Its driver reads once a process where that is."""

from __future__ import annotations

import subprocess
from pathlib import Path

PIN, TOKEN = "5678-riga", "Riga College"
CONFIGURATION = "SOFTHSM2_CONF"


def write_configuration(file: Path, tokens: Path) -> Path:
    """The configuration of the driver, by which it finds its tokens in that folder."""
    file.write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n", encoding="utf-8")
    return file


def make_token(configuration: Path) -> None:
    """Makes the token, which has no key yet."""
    words = ["--init-token", "--free", "--label", TOKEN, "--so-pin", "1234-riga", "--pin", PIN]
    environment = {CONFIGURATION: str(configuration), "PATH": "/usr/bin:/bin"}
    subprocess.run(["softhsm2-util", *words], env=environment, check=True, capture_output=True)


def driver() -> Path:
    """Where Debian has the driver on this kind of machine."""
    return next(Path("/usr/lib").rglob("libsofthsm2.so"))
