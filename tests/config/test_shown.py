"""What of the settings is shown or kept in a backup has no secret in it."""

from __future__ import annotations

from config.shown import without_secrets


def test_no_address_is_kept_that_may_hold_a_password() -> None:
    kept = {
        "DATABASE_URL": "sqlite:///var/nozimite.sqlite",
        "MAIL_FROM": "Badges <badges@riga-college.example>",
        "TOOL_URL": "https://badges.riga-college.example",
    }
    assert without_secrets(kept) == kept
    left_out = (
        "postgresql+psycopg://nozimite:hunter2@db.example/nozimite",
        "postgresql+psycopg:///nozimite?host=/run/postgresql&user=nozimite&password=hunter2",
        "postgresql+psycopg:///nozimite;password=hunter2",
    )
    for address in left_out:
        assert without_secrets({"DATABASE_URL": address}) == {}
