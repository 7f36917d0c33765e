"""Links by which learners show their badges."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.awards import Award
from lti_tool.store.models.base import Base


class ShareLink(Base):
    """A link to an award's badge that its learner made, and can end.

    It is of the award, so that after a correction it shows the badge that is valid now. Its token is made from `seed`
    and the tool's secret, so that the learner can be shown the address again while the database alone opens nothing.
    """

    __tablename__ = "share_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    seed: Mapped[str] = mapped_column(String(32))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    with_name: Mapped[bool]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    """None where it works until the learner ends it."""
    revoked_at: Mapped[datetime | None]
    takes_answers: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether organisations that were shown the badge by it may answer."""
    answers: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many answers came by it, those that were withdrawn too."""
    award: Mapped[Award] = relationship()

    def is_running(self, now: datetime) -> bool:
        """Whether it has neither been ended nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
