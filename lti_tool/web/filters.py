"""How values look on a page: texts in several languages, times, percentages, files of `static/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from flask_babel import format_date, format_datetime, format_decimal, format_timedelta
from flask_babel import gettext as _
from markupsafe import Markup

from badges.eu.readers import NO_LANGUAGE
from badges.issuer import IssuerProfile
from badges.template.model import Texts
from badges.vocabularies import vocabulary
from lti_tool.web import current
from lti_tool.web.current import current_tool
from lti_tool.web.error_messages import CHANNELS
from lti_tool.web.languages import page_language

#: English as Europe writes it; Babel's own is American.
DAY = {"en": "d MMMM y", "lv": "y. 'gada' d. MMMM"}

STATIC = Path(__file__).parent / "static"


def set_up(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["static"] = static_addresses()
    app.jinja_env.globals["tool_url"] = current.tool_of(app).tool_url
    app.jinja_env.globals["issuer"] = _issuer
    app.jinja_env.filters.update(
        words=words,
        plain=plain,
        ago=ago,
        day=day,
        moment=moment,
        percent=percent,
        evidence=evidence,
        channel=channel,
        country=country,
        assurance=assurance,
        calendar_day=calendar_day,
        told=told,
    )
    app.after_request(_keep_static)


def _issuer() -> IssuerProfile:
    """The issuer, by its name in the language of the page."""
    profile = current_tool().issuer.profile
    return replace(profile, name=profile.name_in(page_language()))


def static_addresses() -> Mapping[str, str]:
    """The address of each file by its name, changed whenever the file is."""
    return {
        path.name: f"/static/{path.name}?v={sha256(path.read_bytes()).hexdigest()[:10]}"
        for path in STATIC.iterdir()
        if path.is_file()
    }


def plain(texts: Texts) -> str:
    """The text in the page's language, or the nearest there is."""
    return _choice(texts)[1]


def words(texts: Texts) -> Markup:
    """As `plain`, and marked as another language where it is one, so that it is read aloud right."""
    language, text = _choice(texts)
    if language in (page_language(), NO_LANGUAGE, ""):
        return Markup("{}").format(text)
    return Markup('<span lang="{}">{}</span>').format(language, text)


def _choice(texts: Texts) -> tuple[str, str]:
    for language in (page_language(), "en", *texts):
        if language in texts:
            return language, texts[language]
    return "", ""


def ago(time: datetime) -> Markup:
    """“3 minutes ago”, with the exact time behind it."""
    past = current_tool().clock() - time
    if past.total_seconds() < 45:
        return _time(time, _("just now"))
    return _time(time, format_timedelta(-past, add_direction=True, threshold=0.9))


def day(time: datetime) -> Markup:
    return _time(time, format_date(time, DAY[page_language()]))


def moment(time: datetime) -> Markup:
    return _time(time, _moment(time))


def _moment(time: datetime) -> str:
    return f"{format_datetime(time, DAY[page_language()] + ', HH:mm')} UTC"


def _time(time: datetime, text: str) -> Markup:
    exact = time.isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(
        exact, format_datetime(time, "yyyy-MM-dd HH:mm"), text
    )


def percent(score: Decimal) -> str:
    return _("%(number)s %%", number=format_decimal(round(score * 100, 1)))


def channel(name: str) -> str:
    return str(CHANNELS.get(name, name))


def told(trouble: Mapping[str, Any]) -> str:
    """What a ToldError left behind, in the reader's language. What is filled in may be a platform's own words."""
    sentence, about = trouble["sentence"], trouble["about"]
    return str(_(sentence)).format_map(about) if about else str(_(sentence))


def country(code: str) -> Markup:
    return words(vocabulary("countries")[code].label)


def assurance(code: str) -> Markup:
    """A type of quality assurance."""
    return words(vocabulary("quality_assurance")[code].label)


def calendar_day(found: date) -> str:
    return format_date(found, DAY[page_language()])


def evidence(kept: Mapping[str, Any]) -> str:
    """What was seen, in a sentence for the teacher."""
    match kept.get("kind"):
        case "transition":
            return _(
                "Completed between %(outside)s and %(inside)s.",
                outside=_when(kept, "outside_at"),
                inside=_when(kept, "inside_at"),
            )
        case "learner_launch":
            return _("The learner opened the restricted link on %(time)s.", time=_when(kept, "opened_at"))
        case "teacher_tick":
            return _("Confirmed by a teacher on %(time)s.", time=_when(kept, "seen_at"))
        case "line_item_result":
            return _(
                "Grade of %(score)s in the badge's grade column, read on %(time)s.",
                score=percent(Decimal(str(kept.get("score", "0")))),
                time=_when(kept, "seen_at"),
            )
    return _("Recorded on %(time)s.", time=_when(kept, "seen_at"))


def _when(kept: Mapping[str, Any], name: str) -> str:
    text = kept.get(name) or kept.get("seen_at")
    return _moment(datetime.fromisoformat(text)) if text else "–"


def _keep_static(response: Response) -> Response:
    if request.endpoint == "static" and "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
