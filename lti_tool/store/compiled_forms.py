"""The compiled forms of our achievements in the database, where every process finds them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lti_tool.store.database import Store
from lti_tool.store.models import CompiledFormRow


class StoredForms:
    """A `signing.compiled.cache.FormStore`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, name: str) -> Sequence[str]:
        """The stored texts of all forms of that name."""
        with self._store.read() as session:
            return session.scalars(select(CompiledFormRow.stored).where(CompiledFormRow.name == name)).all()

    def add(self, name: str, stored: str) -> None:
        """Stores the text of one form, unless it is there already."""
        row = CompiledFormRow(id=sha256(stored.encode()).hexdigest(), name=name, stored=stored)
        try:
            with self._store.begin() as session:
                session.add(row)
        except IntegrityError:
            pass  # The id is the hash of the text: another process has compiled and stored the same form meanwhile.
