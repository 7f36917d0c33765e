"""What is the same in test after test and made once a session: pictures of badges, compiled forms, keys that are read.

The first two were each a twentieth of the time of the tests of pages, which publish one template again and again; an
RSA key takes 50 ms to read, because its numbers are tested for being primes. Nothing of a test can come to another by
them: a picture depends on its arguments alone, as `badges.artwork.picture` says, and so does a key; a form is taken
where it gives the text of the credential, as the tool takes that of another process. tests/badges and tests/signing,
which prove just that, make each anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest
from joserfc._rfc7517 import pem

from badges import artwork
from lti_tool.mails import dkim_key
from lti_tool.platforms import tool_keys
from signing.compiled import cache as compiled_forms
from signing.compiled.form import CompiledForm
from signing.json_text import Json

#: Compiled forms by the id of their achievement. A test that is about compiling empties it.
KNOWN_FORMS: defaultdict[str, list[CompiledForm]] = defaultdict(list)
_compile_anew = compiled_forms._compiled
_known_picture = cache(artwork.picture)
_known_private_key = cache(pem.load_pem_private_key)


# For a module at a time, and not for the session: a process that runs these tests goes on with those of other folders.
@pytest.fixture(scope="module", autouse=True)
def pictures_are_drawn_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(artwork, "picture", _known_picture)
        yield


@pytest.fixture(scope="module", autouse=True)
def forms_are_compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled_forms, "_compiled", _known_form)
        yield


@pytest.fixture(scope="module", autouse=True)
def private_keys_are_read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (dkim_key, tool_keys, pem):
            patch.setattr(module, "load_pem_private_key", _known_private_key)
        yield


def _known_form(credential: Json, dummy: Json) -> CompiledForm | None:
    known = KNOWN_FORMS[credential["credentialSubject"]["achievement"]["id"]]
    for form in known:
        if form.values(credential) is not None:
            return form
    form = _compile_anew(credential, dummy)
    if form is not None:
        known.append(form)
    return form
