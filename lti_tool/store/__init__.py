"""The database: tables, queries, the outbox and the migrations, in the only package that uses SQLAlchemy.

The function that carries out a step opens the session (`with store.begin() as session`) and hands it to queries. A
session is never open during a call to a platform or a mail server: its locks would be held as long.
"""

from sqlalchemy.orm import Session

__all__ = ["Session"]
