"""Elements of Annex I in words: a type of quality assurance, an assessment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from badges.in_words import NO_LANGUAGE, period_in_words
from badges.template.fields import Texts
from badges.template.model import text_in


def assurance_in_words(
    kind: Texts, agency: Texts, entry: str = "", first: date | None = None, last: date | None = None
) -> Texts:
    """A type of quality assurance: who assures it, its entry in a register, and when it is valid."""
    period = period_in_words(first, last)
    return {
        language: ", ".join(
            part
            for part in (
                f"{text} ({text_in(agency, language)})" if agency else text,
                entry,
                text_in(period, language),
            )
            if part
        )
        for language, text in kind.items()
    }


def titled(title: Texts, words: Texts) -> Texts:
    """The words with what they are about before them, unless that has no title, or only the same words."""
    return {
        language: f"{own}: {text}" if (own := text_in(title, language)) and own != text else text
        for language, text in words.items()
    }


def listed(all_texts: Iterable[Texts]) -> Texts:
    """The texts one behind the other, in every language that one of them has; {} for none."""
    texts = tuple(all_texts)
    languages = dict.fromkeys(language for one in texts for language in one)
    named = [language for language in languages if language != NO_LANGUAGE] or list(languages)
    return {language: ", ".join(text_in(one, language) for one in texts) for language in named}
