"""CompiledForms: the compiled forms that a process has at hand.

They are looked for in three steps: in the memory of the process, then in a FormStore that all processes share, and only
then is one compiled. Credentials of one achievement may differ in shape (with an expiry date or without); so there are
several forms under one name, one for each shape.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Any, Protocol

from signing import proofs
from signing.canonical import canonicalize
from signing.compiled.compiler import compile_form, differing_paths
from signing.compiled.form import CompiledForm
from signing.compiled.securing import secure_filled
from signing.data_integrity import options_text
from signing.document_loader import ContextFinder, find_context
from signing.errors import ProofError, SigningError, UncompilableError
from signing.json_text import MAX_CHARACTERS, Json, read_object
from signing.keys import KeyFinder, SigningKey
from signing.proofs import EDDSA_RDFC_2022
from signing.rdfc10 import Digest
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof

#: Shapes of one achievement: each optional part that some credentials have and others not doubles them.
MAX_SHAPES = 16
MAX_SLOTS = 100
#: Achievements whose forms a process keeps in memory.
MAX_NAMES = 256

#: A form, and the values with which it gives a credential.
_Filled = tuple[CompiledForm, tuple[Any, ...]]


class FormStore(Protocol):
    """Where forms are stored for other processes, as the texts that `CompiledForm.stored` returns."""

    def read(self, name: str) -> Iterable[str]:
        """All texts that were added under the name."""

    def add(self, name: str, stored: str) -> None:
        """Two processes may add the same text under a name at once; one of the two is enough."""


class CompiledForms:
    """The compiled forms of the achievements that a process issues.

    `form_name` gives the name under which a credential's forms are stored: the same for all credentials that may share
    one, None for a credential of another issuer. Credentials that are only checked add nothing.

    Any number of threads may use one object. `_lock` guards `_forms` for the time of a dictionary access, never while
    something is compiled, read from the store or signed. So two threads may compile the same form, or one may put back
    what it read from the store before the other compiled: the worst is that a form is compiled once more.
    """

    def __init__(self, form_name: Callable[[Json], str | None], store: FormStore | None = None) -> None:
        self._form_name = form_name
        self._store = store
        # The least recently used name first. None stands for a shape that could not be compiled: it counts as one of
        # MAX_SHAPES, so that compiling is not tried again for every credential.
        self._forms: OrderedDict[str, tuple[CompiledForm | None, ...]] = OrderedDict()
        self._lock = Lock()

    def secure(
        self, credential: Json, dummy: Callable[[], Json], key: SigningKey, now: datetime
    ) -> SecuredCredential:
        """The credential with its proof: the same bytes as `EDDSA_RDFC_2022.secure` gives; raises as that does.

        `dummy` builds a credential of the same achievement and shape for a made-up learner; it is called where no form
        fits yet. The values in which the two differ become the slots, so that a stored form has nothing in it that is
        about a learner.
        """
        filled = self._find(credential) or self._compile(credential, dummy)
        if filled is None:
            return EDDSA_RDFC_2022.secure(credential, key, now)
        return secure_filled(*filled, key, now)

    def check(
        self,
        secured: SecuredCredential,
        find_key: KeyFinder,
        now: datetime,
        find_context: ContextFinder = find_context,
    ) -> VerifiedProof:
        """As `signing.proofs.check`, for any credential. One that fits a form is not expanded again."""
        opened = self._open(secured)
        if opened is None:
            return proofs.check(secured, find_key, now, find_context)
        document, (form, values) = opened

        def hashed_texts(
            credential: Json, options: Json, find_context: ContextFinder, digest: Digest
        ) -> tuple[str, str | bytes]:
            text = options_text(credential, options, find_context, digest)
            # With a proof that this one builds on, more is signed than the form has.
            if "proof" in credential:
                return text, canonicalize(credential, find_context, digest)
            return text, form.canonical(values)

        try:
            cryptosuite = replace(EDDSA_RDFC_2022, hashed_texts=hashed_texts)
            return cryptosuite.check_document(document, find_key, now, find_context)
        except ProofError as error:
            if error.code != "unknown_proof":
                raise
        return proofs.check(secured, find_key, now, find_context)

    def _open(self, secured: SecuredCredential) -> tuple[Json, _Filled] | None:
        """The JSON of a secured credential with one proof that fits a form, and that form; None for any other.

        It is read without the checks of `read_object`, which take as long as a signature: that the form writes the very
        same text says more. Only the proof is still to be checked.
        """
        text = secured.text
        # A second `proofValue` may be one more proof: those are for `signing.proofs.check`.
        is_one = EDDSA_RDFC_2022.recognises(secured) and text.count('"proofValue"') == 1
        if not is_one or len(text) > MAX_CHARACTERS:
            return None
        try:
            document = json.loads(text)
            document.pop("proof", None)
            for form in self._forms_of(self._form_name(document)):
                opened = form.opened(document, text) if form else None
                if form and opened is not None:
                    values, rest = opened
                    proof = read_object(f'{{"proof":{rest}')
                    # A member after the proof would not be covered by what the form has.
                    return None if len(proof) > 1 else (document | proof, (form, values))
        except (ValueError, RecursionError):
            pass
        return None

    def _find(self, credential: Json) -> _Filled | None:
        """The form that fits the credential, with its values."""
        for form in self._forms_of(self._form_name(credential)):
            values = form.values(credential) if form else None
            if form and values is not None:
                return form, values
        return None

    def _compile(self, credential: Json, dummy: Callable[[], Json]) -> _Filled | None:
        """A new form for the credential, in memory and in the store; None where there can be none."""
        name = self._form_name(credential)
        if name is None or len(self._forms_of(name)) >= MAX_SHAPES:
            return None
        form = _compiled(credential, dummy())
        with self._lock:
            self._remember(name, (*self._forms.get(name, ()), form))
        if form is None:
            return None
        if self._store:
            self._store.add(name, form.stored())
        return self._find(credential)

    def _forms_of(self, name: str | None) -> tuple[CompiledForm | None, ...]:
        """The forms under the name, in memory or else in the store."""
        if name is None:
            return ()
        with self._lock:
            if name in self._forms:
                self._forms.move_to_end(name)
                return self._forms[name]
        read = tuple(_readable(self._store.read(name))) if self._store else ()
        # Names come from credentials that anybody may present: one without forms must not push out those in use.
        if read:
            with self._lock:
                self._remember(name, read)
        return read

    def _remember(self, name: str, forms: tuple[CompiledForm | None, ...]) -> None:
        """Only with the lock held."""
        self._forms[name] = forms
        if len(self._forms) > MAX_NAMES:
            self._forms.popitem(last=False)


def _readable(stored: Iterable[str]) -> Iterable[CompiledForm]:
    for text in stored:
        try:
            yield CompiledForm.from_stored(text)
        except UncompilableError:
            continue  # Stored by another version of the tool.


def _compiled(credential: Json, dummy: Json) -> CompiledForm | None:
    slots = differing_paths(credential, dummy)
    if slots is None or len(slots) > MAX_SLOTS:
        return None
    try:
        return compile_form(credential, sorted(slots, key=str))
    except SigningError:
        return None  # If the credential is wrong, the general path will say what is wrong with it.
