"""jsonld.js, in its safe mode, reads from our credentials the same statements as we do, letter by letter."""

from __future__ import annotations

import pytest

from badges.credential import Learner
from signing.canonical import canonicalize
from signing.errors import UnsafeDocumentError
from tests.badges.conftest import shipped


@pytest.mark.parametrize("name", ["solar-panels", "data-literacy"])
@pytest.mark.parametrize("language", ["en", "lv"])
@pytest.mark.parametrize(
    "learner", [Learner(name="Anna Bērziņa"), Learner(email="anna@example.org")], ids=str
)
def test_a_credential_means_the_same_to_both(others, world, built, name, language, learner):
    credential = built(shipped(name), language=language, learner=learner)
    answer = others("jsonldCanonizes", pages=world.pages, document=credential)
    assert answer["statements"] == canonicalize(credential)


def test_both_refuse_a_word_that_no_context_defines(others, world, built, solar):
    credential = built(solar) | {"unheardOf": "here"}
    with pytest.raises(AssertionError, match="afe mode"):
        others("jsonldCanonizes", pages=world.pages, document=credential)
    with pytest.raises(UnsafeDocumentError):
        canonicalize(credential)
