"""The Jinja filters and globals: how values look on a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from flask import Flask
from markupsafe import Markup

from badges.in_words import NO_LANGUAGE
from badges.issuer import IssuerProfile
from badges.readable import shortened
from badges.template.fields import Texts
from badges.template.model import Template
from badges.template.results import result_in_words
from badges.vocabularies import vocabulary
from lti_tool.language import DAY
from lti_tool.prior_learning.currencies import written_amount
from lti_tool.web import current
from lti_tool.web.current import current_tool
from lti_tool.web.error_messages import CHANNELS
from lti_tool.web.languages import page_language
from lti_tool.web.markdown import narrative_as_html
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.paging import address_back, kept_parts
from lti_tool.web.time_zones import in_page_zone, readers_zone_is_known
from lti_tool.web.translation import format_date, format_datetime, format_decimal, format_time_ago
from lti_tool.web.translation import gettext as _
from lti_tool.web.visitor_language import verdict_language

#: The longest text of somebody else that a page shows, in characters: as long as a description in a template may be.
MAX_SHOWN = 5000


def set_up(app: Flask) -> None:
    """Makes the filters and globals known to the pages."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["tool_url"] = current.tool_of(app).tool_url
    app.jinja_env.globals["issuer"] = _issuer
    app.jinja_env.globals["issuer_day"] = issuer_day
    app.jinja_env.globals["kept_parts"] = kept_parts
    app.jinja_env.globals["address_back"] = address_back
    app.jinja_env.globals["now"] = lambda: current_tool().clock()
    app.jinja_env.filters.update(
        localized=localized,
        localized_text=localized_text,
        isolated=isolated,
        strong=strong,
        quoted=quoted,
        narrative=narrative,
        ago=ago,
        day=day,
        moment=moment,
        percent=percent,
        number=number,
        in_currency=in_currency,
        required_result=required_result,
        channel=channel,
        country=country,
        assurance=assurance,
        calendar_day=calendar_day,
        last_day=last_day,
        error_sentence=error_sentence,
    )


def _issuer() -> IssuerProfile:
    """The issuer, by its name in the language of the page."""
    profile = page_issuer().profile
    return replace(profile, name=profile.name_in(page_language()))


def localized_text(texts: Texts) -> str:
    """The text in the language of the verdict, else of the page, else in English, else the first; empty without any."""
    return _choice(texts)[1]


def isolated(text: str) -> Markup:
    """A text that somebody else wrote, readable, in an element of its own: its direction ends where it ends."""
    return Markup("<bdi>{}</bdi>").format(shortened(text, MAX_SHOWN))


def strong(text: str) -> Markup:
    """As `isolated`, and what the sentence around it is about."""
    return Markup("<strong>{}</strong>").format(isolated(text))


def quoted(text: str) -> Markup:
    """As `isolated`, as the words of somebody else."""
    return Markup("<q>{}</q>").format(isolated(text))


def localized(texts: Texts) -> Markup:
    """As `localized_text`, with the language as markup where it is not the page's: a screen reader needs to know it."""
    language, text = _choice(texts)
    # A page has dozens: Markup.format takes several times as long.
    if language in (page_language(), NO_LANGUAGE, ""):
        return _BDI + text + _END
    return Markup('<bdi lang="{}">{}</bdi>').format(language, text)


_BDI, _END = Markup("<bdi>"), Markup("</bdi>")


def narrative(texts: Texts) -> Markup:
    """As `localized`, of a text in Markdown: paragraphs and lists, not to be put into a paragraph."""
    language, text = _choice(texts)
    return narrative_as_html(text, None if language in (page_language(), NO_LANGUAGE, "") else language)


def _choice(texts: Texts) -> tuple[str, str]:
    for language in (verdict_language(), page_language(), "en", *texts):
        if language in texts:
            return language, shortened(texts[language], MAX_SHOWN)
    return "", ""


def ago(time: datetime) -> Markup:
    """“3 minutes ago”, with the exact time in the markup."""
    past = current_tool().clock() - time
    if past.total_seconds() < 45:
        return _time(time, "ago", _("just now"))
    return _time(time, "ago", format_time_ago(past))


def day(time: datetime) -> Markup:
    """The date of a time, with the exact time in the markup."""
    return _time(time, "day", format_date(in_page_zone(time), DAY[page_language()]))


def moment(time: datetime) -> Markup:
    """Date and time."""
    return _time(time, "moment")


def _exact(time: datetime) -> str:
    """Date and time; where the zone is not the reader's it is named, by its city."""
    pattern = DAY[page_language()] + (", HH:mm" if readers_zone_is_known() else ", HH:mm (VVV)")
    return format_datetime(in_page_zone(time), pattern)


def _time(time: datetime, shown_as: str, text: str = "") -> Markup:
    """A <time>, exact without a text; with `data-show` where times.js should say it in the zone of the browser."""
    in_browser, exact = "" if readers_zone_is_known() else shown_as, _exact(time)
    return _time_element(time.isoformat(timespec="seconds"), exact, in_browser, text or exact)


@lru_cache(maxsize=500)
def _time_element(moment: str, exact: str, in_browser: str, text: str) -> Markup:
    show = Markup(' data-show="{}"').format(in_browser) if in_browser else Markup("")
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(moment, exact, show, text)


def percent(score: Decimal) -> str:
    """A score from 0 to 1 as a percentage."""
    return _("%(number)s %%", number=format_decimal(round(score * 100, 1)))


def number(value: Decimal) -> str:
    """A number in figures, without zeros at its end."""
    return format_decimal(value)


def in_currency(amount: Decimal, currency: str) -> str:
    """The amount with the code of its currency."""
    return written_amount(amount, currency, page_language())


def required_result(template: Template) -> str:
    """The result that a badge asks for, on its own scale; "" where it asks for none."""
    if template.required_value is None:
        return ""
    return result_in_words(template.required_value, template.scale, page_language())


def exact_percent(score: Decimal) -> str:
    """A minimum from 0 to 1 as a percentage, with all its decimals."""
    return _("%(number)s %%", number=format_decimal((score * 100).normalize()))


def channel(name: str) -> str:
    """A delivery channel, in words."""
    return str(CHANNELS.get(name, name))


def error_sentence(error: Mapping[str, Any]) -> Markup:
    """A stored UserFacingError (its `as_json`) in the page's language; a platform's own text in it is isolated."""
    sentence, about = error["sentence"], error["about"]
    if not about:
        return Markup.escape(_(sentence))
    return Markup.escape(_(sentence)).format_map(
        {name: isolated(str(value)) for name, value in about.items()}
    )


def country(code: str) -> Markup:
    """A country, in words."""
    return localized(vocabulary("countries")[code].label)


def assurance(code: str) -> Markup:
    """A type of quality assurance, in words."""
    return localized(vocabulary("quality_assurance")[code].label)


def calendar_day(value: date) -> str:
    """A date without a time."""
    return format_date(value, DAY[page_language()])


def last_day(valid_until: datetime) -> str:
    """The last day of a validity: the issuer's, because it ends with a day where the issuer is."""
    return calendar_day(issuer_day(valid_until))


def issuer_day(time: datetime) -> date:
    """The day of a time where the issuer of the page is."""
    return _issuer().day_of(time)
