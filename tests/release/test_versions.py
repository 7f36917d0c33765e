"""What versions promise: migrations are only added, and CHANGELOG.md knows the version that the program has."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from lti_tool import __version__
from tests.fixtures import ROOT
from tests.release.installation import MIGRATIONS, number, released
from tests.release.make import migration_hashes

#: `## 1.0.0 - 2026-11-30`
HEADING = re.compile(r"^## (\d+\.\d+\.\d+) - (\d{4}-\d{2}-\d{2})$")


def headings() -> list[str]:
    return re.findall(r"^## .*$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)


def releases_in_changelog() -> list[tuple[str, str]]:
    """Versions and their days, the newest first."""
    return [match.groups() for line in headings() if (match := HEADING.match(line))]


@pytest.mark.parametrize("folder", released().values(), ids=list(released()))
def test_migrations_are_only_added(folder):
    now = migration_hashes()
    changed = {
        name
        for name, sha256 in json.loads((folder / MIGRATIONS).read_text("utf-8")).items()
        if now.get(name) != sha256
    }
    assert not changed, (
        f"{', '.join(sorted(changed))}: databases of {folder.name} were made by it, and a change of it reaches none of "
        "them. Put the file back as it was, and write the change as a new migration with the next number. Only while "
        f"{folder.name} is not published yet: run `make release-data`, and commit what it writes."
    )


def test_changelog_has_nothing_but_releases_below_what_is_not_released():
    first, *others = headings()
    assert first == "## Unreleased" or HEADING.match(first), "write it as `## 1.0.0 - 2026-11-30`"
    assert [line for line in others if not HEADING.match(line)] == []


def test_the_newest_release_in_changelog_is_the_version_of_the_program():
    newest = next((version for version, _ in releases_in_changelog()), "0.0.0")
    if ".dev" in __version__:
        assert number(__version__) > number(newest), (
            "the version is that of a release: raise lti_tool.__version__"
        )
    else:
        assert __version__ == newest, "give CHANGELOG.md's section `Unreleased` the version and its day"


def test_releases_in_changelog_are_in_order():
    found = releases_in_changelog()
    assert found == sorted(found, key=lambda each: number(each[0]), reverse=True)
    days = [date.fromisoformat(day) for _, day in found]
    assert days == sorted(days, reverse=True)


def test_of_each_release_what_it_has_made_is_kept():
    """Also of the one that comes next, so that its upgrade is tested before it is one."""
    kept, published = set(released()), {version for version, _ in releases_in_changelog()}
    assert kept - published <= {__version__.partition(".dev")[0]}
    assert published <= kept, "run `make release-data` in the commit that sets the version"
