"""What is printed can be typed in again, and a slip is found in its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.base32_lines import ALPHABET, as_letters, as_lines, from_letters, from_lines
from signing.errors import MistypedError

SECRET = bytes(range(120))


@given(st.binary(min_size=1, max_size=300))
def test_what_is_printed_comes_back(data):
    assert from_letters(as_letters(data)) == data
    assert from_lines("\n".join(as_lines(data))) == data


def test_lower_case_dashes_and_letters_that_look_alike_are_read():
    typed = ["The sheet of Riga College", ""]
    for line in as_lines(SECRET):
        number, _, letters = line.partition("  ")
        letters = letters.lower().replace("0", "o").replace("1", "l").replace(" ", "-")
        typed.append(f" {number} {letters}")
    assert from_lines("\n".join(typed)) == SECRET
    assert from_lines("\r\n".join(reversed(list(as_lines(SECRET))))) == SECRET


@given(line=st.integers(0, 4), place=st.integers(7, 40), letter=st.sampled_from(ALPHABET))
def test_a_mistake_is_found_in_its_line(line, place, letter):
    lines = list(as_lines(SECRET))
    if lines[line][place] in (" ", letter):
        return
    lines[line] = lines[line][:place] + letter + lines[line][place + 1 :]
    with pytest.raises(MistypedError, match=f": 0{line + 1}$"):
        from_lines("\n".join(lines))


def test_a_missing_or_swapped_line_is_named():
    lines = list(as_lines(SECRET))
    with pytest.raises(MistypedError, match=r": 03$"):
        from_lines("\n".join(lines[:2] + lines[3:]))
    lines[0], lines[1] = lines[0][:5] + lines[1][5:], lines[1][:5] + lines[0][5:]
    with pytest.raises(MistypedError, match=r": 01, 02$"):
        from_lines("\n".join(lines))


@pytest.mark.parametrize("text", ["", "nothing here", "01/01  U!", "01/01 ABC"])
def test_a_text_without_numbered_lines_is_refused(text):
    with pytest.raises(MistypedError):
        from_lines(text)


def test_a_character_outside_the_alphabet_is_named():
    with pytest.raises(MistypedError, match="U"):
        from_letters("UUUU")
