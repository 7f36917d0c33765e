"""An issuer's data written as its file, with the logo beside it: what ISSUER_FILE can name as it is."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from badges.errors import PictureError
from badges.pictures import fit_logo, same_pixels
from lti_tool.errors import NotAllowedError
from lti_tool.issuing.issuer_toml import LOGO_NAME, as_toml
from lti_tool.values import Json

#: Of a new file: nothing in it is secret, and the account of the services reads it, whoever has written it.
_MODE = 0o644


def write_file(path: Path, body: Json, slug: str, logo: bytes | None) -> None:
    """Writes the file, and the logo that it names before it, so that no start meets the one without the other.

    Raises NotAllowedError where the file there is another issuer's, or its logo would take the place of another
    picture than the one that this issuer's file names; OSError where something cannot be written.
    """
    before = _data(path)
    if before is not None and before.get("slug") != slug:
        raise NotAllowedError(f"{path} is not the file of {slug}: write to another one")
    if logo is not None:
        beside = path.parent / LOGO_NAME
        names_it = before is not None and before.get("look", {}).get("logo") == LOGO_NAME
        if beside.exists() and not names_it and not _is_same(beside, logo):
            raise NotAllowedError(f"{beside} is another picture: move it away, or write to another folder")
        _write(beside, logo)
    _write(path, as_toml(body, slug).encode())


def _data(path: Path) -> Json | None:
    """What the file says; nothing where it is no TOML, None where there is none."""
    try:
        found: Json = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        return {}
    return found


def _is_same(file: Path, logo: bytes) -> bool:
    try:
        return same_pixels(fit_logo(file.read_bytes()), logo)
    except PictureError:
        return False


def _write(path: Path, content: bytes) -> None:
    """Puts the content in the place of the file at once, with the mode that it had."""
    mode = path.stat().st_mode & 0o777 if path.exists() else _MODE
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content)
    new.chmod(mode)
    os.replace(new, path)
