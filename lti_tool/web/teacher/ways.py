"""From where Nozimite knows what a rule asks for, in words, and what an administrator could improve about that."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from lti_tool.sources import SOURCES, consent_site, is_for, is_open, teacher
from lti_tool.sources.found import Asked
from lti_tool.web.plug_sentences import source_words
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _


def ways_of(kinds: Collection[str], asked: Asked) -> Sequence[str]:
    """What the sources of these kinds of observations are called that are open in the course, the best first.

    What teachers say is none: they know it.
    """
    named = (_words(source, "name") for source in _telling(kinds, asked) if is_open(source, asked))
    return [name for name in named if name]


def improvements(kinds: Collection[str], asked: Asked) -> Sequence[Sentence]:
    """What somebody who administers the platform, or this installation, could do for the course, in sentences.

    Better sources of these kinds of observations, the best first, and the gradebook. What a teacher can do by
    themselves is none of it.
    """
    found: list[Sentence] = []
    for source in _telling(kinds, asked):
        if is_open(source, asked):
            break
        opens = _words(source, "opens")
        if opens and consent_site(source, asked) is None:
            found.append(opens)
    if asked.line_items_url is None:
        found.append(_("Your learning platform gives Nozimite no access to the gradebook of this course."))
    return found


def _telling(kinds: Collection[str], asked: Asked) -> Sequence[Any]:
    """The sources of these kinds that a platform like the course's can have, the best first."""
    ours = (source for source in SOURCES.values() if source.GIVES & kinds and source is not teacher)
    return sorted((source for source in ours if is_for(source, asked.product)), key=_rank)


def _words(source: Any, of: str) -> str:
    return str(source_words(source.NAME).get("source", {}).get(of, ""))


def _rank(source: Any) -> int:
    rank: int = source.RANK
    return rank
