"""Evidence, and the narrative of the subject, of any credential."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from badges.eu.evidence import MAX_EVIDENCE, Evidence, evidence_of


def test_evidence_has_a_name_a_narrative_and_an_address() -> None:
    credential = {
        "credentialSubject": {"narrative": "All of it.", "achievement": {"inLanguage": "en"}},
        "evidence": [
            {
                "id": "https://school.example/1",
                "name": "A frame",
                "narrative": "Welded.",
                "description": "Steel.",
            },
            {"id": "urn:uuid:1", "description": "Steel."},
            {"id": "urn:uuid:2"},
            "https://school.example/2",
        ],
    }
    assert evidence_of(credential) == (
        Evidence(narrative={"en": "All of it."}),
        Evidence(
            name={"en": "A frame"},
            narrative={"en": "Welded."},
            description={"en": "Steel."},
            address="https://school.example/1",
        ),
        Evidence(narrative={"en": "Steel."}),
    )
    assert evidence_of({"evidence": {"name": "Only one"}}) == (Evidence(name={"und": "Only one"}),)


def test_thousands_of_pieces_are_not_all_told() -> None:
    assert len(evidence_of({"evidence": [{"name": "One"}] * 10_000})) == MAX_EVIDENCE


_junk: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["id", "name", "narrative"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(evidence=_junk, subject=_junk)
def test_anything_can_be_read(evidence: Any, subject: Any) -> None:
    for found in evidence_of({"evidence": evidence, "credentialSubject": subject}):
        assert found.name or found.narrative or found.address
