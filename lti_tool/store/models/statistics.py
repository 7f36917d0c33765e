"""Reports of statistics, as they were made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.models.base import Base


class StatisticsReport(Base):
    """What is told of the awards of an issuer in a year. It is about nobody, and its numbers are never made anew."""

    __tablename__ = "statistics_report"

    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """By the issuer's calendar."""
    body: Mapped[dict[str, Any]]
    """As `lti_tool.statistics.report.Report.as_json` returns it."""
    made_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    """Since when everybody may read it; None where nobody but operators may."""
