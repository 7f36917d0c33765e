"""The only room that knows SQLAlchemy: tables, questions, the outbox and the migrations.

A session is opened by whoever tells a step of the story (`with store.begin() as session`), visited before and
after the step's effects and never held open across a call to a platform.
"""

from sqlalchemy.orm import Session

__all__ = ["Session"]
