"""Faults that need more than another setting or row: a device, an older version, a full server, another account."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest

from config.settings import read_settings
from lti_tool.store import migrations
from lti_tool.store.database import used_connections
from lti_tool.web import create_app
from lti_tool.wiring import build_tool
from tests import softhsm
from tests.fixtures import ROOT, SECRETS
from tests.lti_tool.doctor.conftest import Examined


def test_a_device_that_refuses_its_pin_is_found(examined: Examined, device: str) -> None:
    examined.environment |= {
        "PKCS11_MODULE": device,
        "PKCS11_TOKEN": softhsm.TOKEN,
        "PKCS11_PIN": softhsm.PIN,
    }
    tool = build_tool(read_settings(examined.environment))
    with closing(tool.store):
        with tool.store.begin() as session:
            tool.issuers.first(session).keyring.rotate(session, "P-256", tool.clock())
        # The web process has begun while the device could be used.
        examined.site.tool = create_app(tool)
        assert examined.codes() == set()
        examined.environment["PKCS11_PIN"] = "another-pin"
        (found,) = examined.diagnoses()
    assert found.code == "device_refused" and "PKCS11_PIN" in found.mend
    assert "another-pin" not in str(found)


def test_a_database_of_an_earlier_version_is_found(
    examined: Examined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version that looks at it has one migration more."""
    later = tmp_path / "migrations"
    (later / "versions").mkdir(parents=True)
    for revision in (migrations.newest_revision(), "9999"):
        (later / "versions" / f"{revision}_made_up.py").touch()
    monkeypatch.setattr(migrations, "_FOLDER", later)
    (found,) = examined.diagnoses()
    assert found.code == "database_behind" and "python -m lti_tool migrate" in found.mend


def test_a_server_with_few_connections_left_is_found(examined: Examined) -> None:
    url = examined.environment["DATABASE_URL"].replace("postgresql+psycopg", "postgresql")
    with ExitStack() as opened:
        while True:
            used = used_connections(examined.tool.store)
            assert used is not None
            left = round(used.most * 0.85) - used.now
            if left <= 0:
                break
            for _ in range(left):
                opened.enter_context(closing(psycopg.connect(url)))
        (found,) = examined.diagnoses()
    assert found.code == "database_connections" and "max_connections" in found.mend


#: Only this check, as the account that runs it.
CHECK_FILES = """
import os
from lti_tool.doctor import CHECKS, diagnosis
from lti_tool.doctor.installation import World, found_installation

check, installation = CHECKS["files"], found_installation(os.environ, World())
for each in check.check(installation):
    found = diagnosis(check, each, "en")
    print(found.code, found.mend)
"""


@pytest.fixture
def without_power() -> list[str]:
    """Has a command obey the modes of files: root does so without these capabilities."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv of util-linux is not installed")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@pytest.fixture
def closed_folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "mail"
    folder.mkdir(mode=0o500)
    yield folder
    folder.chmod(0o700)


def test_a_folder_that_cannot_be_written_is_found(
    closed_folder: Path, without_power: list[str], tmp_path: Path
) -> None:
    environment = {
        **SECRETS,
        "PATH": os.environ["PATH"],
        "TOOL_URL": "https://badges.example.org",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'nozimite.sqlite'}",
        "ISSUER_FILE": str(ROOT / "config" / "issuer.example.toml"),
        "MAIL_FOLDER": str(closed_folder),
    }

    def found() -> str:
        command = [*without_power, sys.executable, "-c", CHECK_FILES]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert found().startswith("folder_not_writable ") and str(closed_folder) in found()
    closed_folder.chmod(0o700)
    assert found() == ""
