"""Whoever changes what an act changes records the event, and what is recorded stays."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lti_tool.store.models import JournalEntry

ROOT = Path(__file__).parents[2]
ROOMS = (
    "awarding",
    "deliveries",
    "issuing",
    "operators",
    "people",
    "platforms",
    "publishing",
    "templates",
    "wallets",
)
#: The columns that say how far an award, a credential, a delivery, a key, a template or a rule has come.
STATES = {
    "answer",
    "closed_at",
    "compromised_at",
    "paused",
    "published_at",
    "retired_at",
    "revoked_at",
    "status",
    "suspended_at",
    "used_at",
}
#: Functions that change such a column without an event, and why.
SILENT = {
    "lti_tool/templates/approval_requests.py:_close": "whoever calls it records what has ended the request",
    "lti_tool/issuing/storing.py:_end": "`_store` records the new credential, and which one it replaces",
    "lti_tool/issuing/bound_statuses.py:_revoke": "the act on the award, or on the key, records it",
    "lti_tool/issuing/bound_statuses.py:suspend_bound": "the act on the award records it",
    "lti_tool/issuing/bound_statuses.py:reinstate_bound": "the act on the award records it",
    "lti_tool/platforms/invitations.py:register": "what used the invitation up, a registration, records it",
    "lti_tool/issuing/recovery_sheet.py:_unpacked_key": "`restore` records what it has restored",
}


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


def _changes_a_state(function: ast.FunctionDef) -> bool:
    targets = [
        target for node in ast.walk(function) if isinstance(node, ast.Assign) for target in node.targets
    ]
    return any(
        isinstance(each, ast.Attribute) and each.attr in STATES
        for target in targets
        for each in ast.walk(target)
    )


def _records(function: ast.FunctionDef, recording: set[str]) -> bool:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return any(
        call.attr == "record" if isinstance(call, ast.Attribute) else getattr(call, "id", "") in recording
        for call in calls
    )


def _silent_functions(path: Path) -> Iterator[str]:
    """The functions that change a state and record nothing, neither by themselves nor by one beside them."""
    functions = list(_functions(path))
    recording: set[str] = set()
    for _ in functions:
        recording |= {each.name for each in functions if _records(each, recording)}
    for function in functions:
        if _changes_a_state(function) and function.name not in recording:
            yield f"{path.relative_to(ROOT).as_posix()}:{function.name}"


def test_whoever_changes_a_state_records_an_event() -> None:
    paths = [path for room in ROOMS for path in sorted((ROOT / "lti_tool" / room).rglob("*.py"))]
    assert {name for path in paths for name in _silent_functions(path)} == SILENT.keys()


def test_the_check_sees_a_change_without_an_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.house.test_events.ROOT", tmp_path)
    file = tmp_path / "awards.py"
    file.write_text(
        "def revoke(award, now):\n    award.status, award.revoked_at = 'revoked', now\n"
        "def retire(row, now):\n    row.retired_at = now\n    _note(row)\n"
        "def _note(row):\n    events.record(row)\n",
        encoding="utf-8",
    )
    assert list(_silent_functions(file)) == ["awards.py:revoke"]


#: What may be deleted only where a platform without awards is removed, and by erasure and retention, which go through
#: one query each.
KEPT = re.compile(r"delete\((ObservationRow|LookRow|Event|ObservationRow\.__table__)\b")


def test_nothing_deletes_from_the_ledger_but_the_removal_of_a_platform() -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()}: {match[1]}"
        for path in sorted((ROOT / "lti_tool").rglob("*.py"))
        if "migrations" not in path.parts
        for match in KEPT.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == {
        f"lti_tool/store/queries/observations.py: {kind}" for kind in ("ObservationRow", "LookRow")
    }


def test_each_kind_of_the_journal_fits_its_column_and_is_done_again():
    """SQLite takes longer ones, so only an installation on PostgreSQL would refuse the act."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "lti_tool").rglob("*.py"))
    kinds = set(re.findall(r'note(?:_key|_status)?\(\s*session,\s*"([a-z_]+)"', text))
    assert len(kinds) > 15
    assert {kind for kind in kinds if len(kind) > JournalEntry.kind.type.length} == set()
    replays = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "lti_tool/privacy").glob("*replay.py")
    )
    assert {kind for kind in kinds if f'"{kind}"' not in replays} == set()
