"""Queries over what names people, by the words that name them."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import Text, cast, delete, or_
from sqlalchemy.orm import Session

from lti_tool.store.models import ExpiringValue


def delete_values_naming(session: Session, words: Collection[str]) -> None:
    """Deletes the short-lived values that hold one of these words, such as a launch that is on its way."""
    # As the column has them: JSON, with the escapes that Python's writer makes.
    written = sorted({json.dumps(word)[1:-1] for word in words})
    if written:
        held = cast(ExpiringValue.value, Text)
        session.execute(
            delete(ExpiringValue)
            .where(or_(*(held.contains(each, autoescape=True) for each in written)))
            .execution_options(synchronize_session=False)
        )
