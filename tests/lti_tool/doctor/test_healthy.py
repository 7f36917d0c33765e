"""An installation that is well has no finding, whatever it runs on."""

from __future__ import annotations

from tests.lti_tool.doctor.conftest import Examined


def test_nothing_is_wrong_on_postgresql(examined: Examined) -> None:
    assert examined.diagnoses() == []


def test_nothing_is_wrong_on_sqlite(examined_on_sqlite: Examined) -> None:
    assert examined_on_sqlite.diagnoses() == []
