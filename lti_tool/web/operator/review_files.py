"""The report of a year as a PDF, of an issuer or of one of its templates. It may leave the house, so it names nobody.

Its numbers are counted down (`lti_tool.reviews.told_numbers`), and who has recorded a review is not in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from badges.pdf.review_report import ReviewReportContent, Section, review_report_document
from badges.template.model import text_in
from lti_tool.feedback.pools import Result
from lti_tool.language import written_day
from lti_tool.reviews.questions import headings
from lti_tool.reviews.report import Reviewed, YearReport
from lti_tool.reviews.told_numbers import STEP, at_least, share_told
from lti_tool.store.models import TemplateReview
from lti_tool.store.queries.reviews import AwardNumbers
from lti_tool.web.feedback_words import AUDIENCE_WORDS, questions_for
from lti_tool.web.filters import percent
from lti_tool.web.languages import page_language
from lti_tool.web.operator.review_words import CONCLUSION_WORDS, OVERLAP_WORDS
from lti_tool.web.translation import format_decimal
from lti_tool.web.translation import gettext as _


def issuer_document(report: YearReport, made_at: datetime) -> bytes:
    """The report on all templates, without what the answers of reviews say."""
    title = _("Reviews of badges in %(year)s", year=report.year)
    sections = [Section(heading=_name(each), facts=list(_facts(each))) for each in report.templates]
    return _document(report, title, sections, made_at)


def template_document(report: YearReport, made_at: datetime) -> bytes:
    """The report on one template, with what the reviews of the year have found."""
    (each,) = report.templates
    found = [Section(heading=_name(each), facts=list(_facts(each)), texts=list(_feedback(each.feedback)))]
    sections = [*found, *(_review(review) for review in each.reviews)]
    return _document(report, _("Review of a badge, %(year)s", year=report.year), sections, made_at)


def _document(report: YearReport, title: str, sections: Sequence[Section], made_at: datetime) -> bytes:
    language, issuer = page_language(), report.issuer
    institution = text_in(issuer.legal_name, language) or issuer.name
    facts = [
        (_("Institution"), institution),
        (_("Registration number"), issuer.registration or ""),
        (_("As of"), written_day(report.day, language)),
        (_("Badges awarded in the year"), _told(report.awards.awarded)),
        (_("Share by prior learning"), _share(report.awards)),
        (_("Organisations that endorse the issuer"), str(report.endorsed_by)),
        (_("Overdue reviews"), str(len(report.overdue))),
    ]
    content = ReviewReportContent(
        title=title,
        author=institution,
        facts=[fact for fact in facts if fact[1]],
        sections=sections,
        how=_(
            "Numbers of badges are counted down to whole fives, and a share is left out where from it somebody could "
            "be counted out. A badge counts in the year in which it was awarded. Feedback has no year: it is of all "
            "years up to now."
        ),
    )
    return review_report_document(content, language, made_at)


def _name(each: Reviewed) -> str:
    return text_in(each.name, page_language(), each.row.body["in_language"])


def _facts(each: Reviewed) -> Iterator[tuple[str, str]]:
    yield _("Version"), f"{each.row.version}, {_status(each)}"
    if each.owner:
        yield _("Responsible for the template"), each.owner
    yield _("Last review"), _day(date.fromisoformat(each.last.day)) if each.last else _("None is recorded")
    if each.due is not None:
        overdue = _("%(day)s (overdue)", day=_day(each.due))
        yield _("Next review"), overdue if each.is_overdue else _day(each.due)
    yield _("Badges awarded in the year"), _told(each.awards.awarded)
    yield _("Share by prior learning"), _share(each.awards)
    yield _("Of these revoked"), _told(each.awards.revoked)
    yield _("Organisations that endorse it"), str(each.endorsed_by)
    versions = "; ".join(f"{version} ({_day(day)})" for version, day in each.changes)
    yield _("Versions published in the year"), versions or _("None in the year")
    reviews = "; ".join(
        f"{_day(date.fromisoformat(review.day))}: {CONCLUSION_WORDS[review.conclusion]}"
        for review in each.reviews
    )
    yield _("Reviews in the year"), reviews or _("None in the year")
    yield _("Answers with feedback"), str(sum(result.answers for result in each.feedback))


def _feedback(results: Sequence[Result]) -> Iterator[tuple[str, str]]:
    """The mean of each question, as far as it may be shown."""
    for result in results:
        if result.answers:
            means = [
                f"{question.sentence} {format_decimal(result.mean(question.code))}"
                for question in questions_for(result.audience)
            ]
            head = _("%(audience)s: mean, of 1 to 5", audience=AUDIENCE_WORDS[result.audience])
            yield head, "\n".join(means)


def _review(review: TemplateReview) -> Section:
    facts = [
        (_("Version"), str(review.version)),
        (_("Conclusion"), str(CONCLUSION_WORDS[review.conclusion])),
        (_("Does it repeat other learning?"), str(OVERLAP_WORDS[review.overlap])),
        (_("Next review"), _day(date.fromisoformat(review.next_day))),
    ]
    heads = headings(page_language())
    return Section(
        heading=_("Review of %(day)s", day=_day(date.fromisoformat(review.day))),
        facts=facts,
        texts=[(heads[code], text) for code, text in review.answers.items() if code in heads],
    )


def _status(each: Reviewed) -> str:
    return _("Published") if each.row.status == "published" else _("Retired")


def _day(day: date) -> str:
    return written_day(day, page_language())


def _told(number: int) -> str:
    told = at_least(number)
    if told is None:
        return _("fewer than %(step)s", step=STEP)
    return _("at least %(number)s", number=told) if told else "0"


def _share(numbers: AwardNumbers) -> str:
    share = share_told(numbers)
    return _("not shown") if share is None else percent(share)
