"""The state of a login says what its launch has to know, and cannot be made by anybody else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.platforms.login_state import MAX_STATE_LENGTH, LoginState, new_state, nonce_of, read_state

SECRET = "a secret of the tests alone"
LOGIN = LoginState(registration_id=17, began_at=1_795_000_000, storage_target="post_message_forwarding")


@pytest.mark.parametrize("target", ["_parent", "a.b:c-d_e", "x" * 100, None])
def test_a_state_is_read_as_it_was_made(target):
    login = LoginState(registration_id=2**31 - 1, began_at=2_000_000_000, storage_target=target)
    state = new_state(login, SECRET)
    assert read_state(state, SECRET) == login
    assert re.fullmatch("[A-Za-z0-9_-]+", state) and len(state) < MAX_STATE_LENGTH


def test_no_two_states_are_the_same_nor_their_nonces():
    states = {new_state(LOGIN, SECRET) for _ in range(100)}
    assert len(states) == len({nonce_of(state, SECRET) for state in states}) == 100


def test_another_secret_reads_nothing():
    state = new_state(LOGIN, SECRET)
    assert read_state(state, SECRET + ".") is None
    assert nonce_of(state, SECRET + ".") != nonce_of(state, SECRET)


@given(st.text() | st.text("ABCabc-_=019", max_size=200).map(lambda text: f"state-{text}"))
def test_no_other_text_is_a_state(text):
    assert read_state(text, SECRET) is None


@given(st.data())
def test_a_state_with_another_letter_is_none(data):
    state = new_state(LOGIN, SECRET)
    place = data.draw(st.integers(0, len(state) - 1))
    letter = data.draw(st.characters())
    other = state[:place] + letter + state[place + 1 :]
    assert (read_state(other, SECRET) is None) == (other != state)


def test_a_login_expires():
    assert not LOGIN.has_expired(LOGIN.began_at + 599.9)
    assert LOGIN.has_expired(LOGIN.began_at + 600)
