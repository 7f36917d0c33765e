"""find_offers: the offers that match what somebody typed and chose, and how many each further choice would give.

Values of one facet widen what is found, those of several narrow it, and each typed word has to be there. A word is
there in any of its forms, or, from three letters on, as the beginning of one. Where no offer has all of them, a word
that is nowhere is taken for those that look like it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from badges.template.model import text_in
from badges.vocabularies.search_index import folded
from lti_tool.catalogue.offers import FACETS, Offer, Searched
from lti_tool.catalogue.spelling import similar_words
from lti_tool.catalogue.words import word_stem, words_of

#: What of a search is read: so many letters, so many words of it, and so many values of a facet.
MAX_TYPED = 100
MAX_WORDS = 8
MAX_VALUES = 20
#: Among more offers no similar words are looked for: nobody shall make the tool compare a million words by a typo.
MOST_COMPARED = 1000
#: A shorter word is found whole only.
SHORTEST_BEGINNING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody typed, and the values of FACETS that they chose; a facet without values is not in `chosen`."""

    typed: str = ""
    chosen: Mapping[str, frozenset[str]]

    @property
    def is_empty(self) -> bool:
        """Whether all offers match it."""
        return not self.chosen and not words_of(self.typed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The offers, the best first, and for each facet how many there would be of each value with what else is chosen.

    `by_similar_words`: none has the words that were typed, and these have words that look like them.
    """

    offers: Sequence[Offer]
    counts: Mapping[str, Mapping[str, int]]
    by_similar_words: bool = False


def read_wish(typed: str, values: Mapping[str, Iterable[str]]) -> Wish:
    """The wish of a request, as far as it is read: facets that there are, with a bounded number of values."""
    chosen = {facet: frozenset(list(values.get(facet, ()))[:MAX_VALUES]) - {""} for facet in FACETS}
    return Wish(
        typed=" ".join(typed[:MAX_TYPED].split()),
        chosen={facet: found for facet, found in chosen.items() if found},
    )


def find_offers(offers: Sequence[Offer], wish: Wish, language: str) -> Found:
    """What matches the wish among `offers`; of equals that of the first name in `language` stands first."""
    words = [frozenset({word}) for word in words_of(wish.typed)[:MAX_WORDS]]
    ranks = _ranks(offers, words)
    by_similar_words = not ranks and len(offers) <= MOST_COMPARED
    if by_similar_words:
        ranks = _ranks(offers, _meant(offers, words))
    worded = [offer for offer in offers if id(offer) in ranks]
    failing = {id(offer): _failing(offer, wish) for offer in worded}
    found = [offer for offer in worded if not failing[id(offer)]]
    found.sort(key=lambda offer: (ranks[id(offer)], _sort_name(offer, language), offer.template_id))
    return Found(
        offers=found,
        counts={
            facet: Counter(
                value for offer in worded if failing[id(offer)] <= {facet} for value in offer.facets[facet]
            )
            for facet in FACETS
        },
        by_similar_words=by_similar_words and bool(ranks),
    )


def _failing(offer: Offer, wish: Wish) -> set[str]:
    """The facets of the wish that the offer does not have."""
    return {facet for facet, values in wish.chosen.items() if values.isdisjoint(offer.facets[facet])}


#: For each typed word the words of which one has to be there.
_Words = Sequence[frozenset[str]]


def _ranks(offers: Iterable[Offer], words: _Words) -> Mapping[int, int]:
    """How well each offer that has the words matches them, by its `id`: 0 where all are in the name."""
    return {id(offer): rank for offer in offers if (rank := _rank(offer, words)) is not None}


def _rank(offer: Offer, words: _Words) -> int | None:
    if all(_has_one(offer.in_name, each) for each in words):
        return 0
    return 1 if all(_has_one(offer.in_all, each) for each in words) else None


def _meant(offers: Sequence[Offer], words: _Words) -> _Words:
    """The words, each that is nowhere with those that look like it: with none, where there are none."""
    texts = (text for offer in offers for text in (offer.in_all.words, *offer.in_all.stems.values()))
    known = {word for text in texts for word in text.split()}
    return [
        each if any(_has_one(offer.in_all, each) for offer in offers) else _similar(each, known)
        for each in words
    ]


def _similar(words: Iterable[str], known: Iterable[str]) -> frozenset[str]:
    """What looks like one of the words, or like its stem: it may be there in another form alone."""
    forms = {form for word in words for form in (word, word_stem(word, "lv"), word_stem(word, "en"))}
    return frozenset(found for form in forms for found in similar_words(form, known))


def _has_one(searched: Searched, words: Iterable[str]) -> bool:
    return any(_has(searched, word) for word in words)


def _has(searched: Searched, word: str) -> bool:
    if len(word) >= SHORTEST_BEGINNING and f" {word}" in searched.words:
        return True
    return any(f" {word_stem(word, stemmer)} " in stems for stemmer, stems in searched.stems.items())


def _sort_name(offer: Offer, language: str) -> str:
    return folded(text_in(offer.name, language, offer.in_language))


def next_offers(
    offers: Sequence[Offer], after: Offer, wholes: Collection[str] = (), most: int = 4
) -> Sequence[Offer]:
    """What the same issuer offers to whoever has `after`: larger badges that it is a part of before all else.

    `wholes` are the ids of their templates. Then come the most shared skills, then the same field; a higher level goes
    before the same one, and a lower one is left out, as it leads back.
    """

    def kinship(offer: Offer) -> tuple[int, int, int]:
        shared = len(offer.skills.keys() & after.skills.keys())
        same_field = int(offer.facets["field"] == after.facets["field"] != ())
        return shared, same_field, (offer.level or 0) - (after.level or 0)

    larger = [offer for offer in offers if offer.template_id in wholes and offer.issuer_id == after.issuer_id]
    candidates = [
        offer
        for offer in offers
        if offer.issuer_id == after.issuer_id
        and offer.template_id not in (after.template_id, *wholes)
        and (offer.level is None or after.level is None or offer.level >= after.level)
        and any(kinship(offer)[:2])
    ]
    others = sorted(candidates, key=lambda offer: (*(-each for each in kinship(offer)), offer.template_id))
    return [*sorted(larger, key=lambda offer: offer.template_id), *others][:most]
