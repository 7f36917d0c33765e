"""Compiled forms of our achievements, for every process: a `signing.compiled.cache.FormStore` in the database."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lti_tool.store.database import Store
from lti_tool.store.models import CompiledFormRow


class StoredForms:
    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, name: str) -> Sequence[str]:
        with self._store.read() as session:
            return session.scalars(select(CompiledFormRow.stored).where(CompiledFormRow.name == name)).all()

    def add(self, name: str, stored: str) -> None:
        row = CompiledFormRow(id=sha256(stored.encode()).hexdigest(), name=name, stored=stored)
        try:
            with self._store.begin() as session:
                session.add(row)
        except IntegrityError:
            pass  # another process compiled the same a moment earlier
