"""eddsa-rdfc-2022 by template: the same bytes as the general path, thirty times as fast.

A credential's twin is the same achievement given to nobody: what differs between the two are the slots. From the first
credential of each shape a Template is compiled and put on a shelf; whoever takes it from there fills it in without
JSON-LD.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from threading import Lock
from typing import Any, Protocol

from signing import proofs
from signing.canonical import canonicalize
from signing.compiled.form import CompiledForm, compile_form, differing
from signing.data_integrity import MEDIA_TYPE, options_of, options_text, usual_options_text
from signing.document_loader import ContextFinder, find_context
from signing.errors import ProofError, SigningError, UncompilableError, UnusableKeyError
from signing.json_text import Json, as_text
from signing.keys import KeyFinder, SigningKey
from signing.multibase import base58
from signing.proofs import EDDSA_RDFC_2022
from signing.rdfc10 import Digest
from signing.secured import SecuredCredential
from signing.signatures import sign
from signing.verified_proof import VerifiedProof

#: Shapes of one achievement: each optional part that some credentials have and others not doubles them.
MAX_SHAPES = 16
MAX_SLOTS = 100
#: Achievements of which a process has the templates at hand.
MAX_NAMES = 256


def secure(
    template: CompiledForm, values: Sequence[Any], key: SigningKey, now: datetime
) -> SecuredCredential:
    """The credential of these values with its proof; raises as `secure` of the proof type does."""
    if key.algorithm != "Ed25519":
        raise UnusableKeyError(f"{EDDSA_RDFC_2022.name} needs a key of Ed25519")
    options, proof = _options(key.verification_method, now.replace(microsecond=0))
    signature = sign(key.private, options + sha256(template.canonical(values)).digest())
    return SecuredCredential(
        template.text(values, f'{proof[:-1]},"proofValue":"z{base58(signature)}"}}'), MEDIA_TYPE
    )


@lru_cache(maxsize=64)
def _options(verification_method: str, now: datetime) -> tuple[bytes, str]:
    """The hash of the proof's options, and they as JSON: the same for all that is signed in this second."""
    options = options_of(EDDSA_RDFC_2022.identifying, verification_method, now)
    return sha256(usual_options_text(options).encode()).digest(), as_text(options)


class FormStore(Protocol):
    """Where templates are kept for other processes, as the texts that `Template.stored` gives."""

    def read(self, name: str) -> Iterable[str]: ...

    def add(self, name: str, stored: str) -> None: ...


class CompiledForms:
    """The templates of the achievements that a process issues. A credential that is only checked adds none.

    `name_of` names what a credential's template is kept under, the same for all that may share one; None for a
    credential of others.
    """

    def __init__(self, name_of: Callable[[Json], str | None], shelf: FormStore | None = None) -> None:
        self._name_of = name_of
        self._shelf = shelf
        # None stands for a shape that could not be compiled: it counts, so that this is not tried for ever.
        self._known: OrderedDict[str, tuple[CompiledForm | None, ...]] = OrderedDict()
        self._lock = Lock()

    def secure(
        self, credential: Json, twin: Callable[[], Json], key: SigningKey, now: datetime
    ) -> SecuredCredential:
        """As `secure` of the proof type."""
        found = self._find(credential) or self._compile(credential, twin)
        if found is None:
            return EDDSA_RDFC_2022.secure(credential, key, now)
        return secure(*found, key, now)

    def check(
        self,
        secured: SecuredCredential,
        find_key: KeyFinder,
        now: datetime,
        find_context: ContextFinder = find_context,
    ) -> VerifiedProof:
        """As `signing.proofs.check`, for any credential; our own are not expanded again."""

        def texts(
            credential: Json, options: Json, find_context: ContextFinder, digest: Digest
        ) -> tuple[str, str | bytes]:
            text = options_text(credential, options, find_context, digest)
            for template in self._of(self._name_of(credential)):
                values = template.values_signed(credential, secured.text) if template else None
                if template and values is not None:
                    return text, template.canonical(values)
            return text, canonicalize(credential, find_context, digest)

        if EDDSA_RDFC_2022.recognises(secured) and secured.text.count('"proofValue"') == 1:
            try:
                suite = replace(EDDSA_RDFC_2022, hashed_texts=texts)
                return suite.check(secured, find_key, now, find_context)
            except ProofError as error:
                if error.code != "unknown_proof":
                    raise
        return proofs.check(secured, find_key, now, find_context)

    def _find(self, credential: Json) -> tuple[CompiledForm, tuple[Any, ...]] | None:
        for template in self._of(self._name_of(credential)):
            values = template.values(credential) if template else None
            if template and values is not None:
                return template, values
        return None

    def _compile(
        self, credential: Json, twin: Callable[[], Json]
    ) -> tuple[CompiledForm, tuple[Any, ...]] | None:
        name = self._name_of(credential)
        if name is None or len(self._of(name)) >= MAX_SHAPES:
            return None
        template = _compiled(credential, twin())
        with self._lock:
            self._keep(name, (*self._known.get(name, ()), template))
        if template is None:
            return None
        if self._shelf:
            self._shelf.add(name, template.stored())
        return self._find(credential)

    def _of(self, name: str | None) -> tuple[CompiledForm | None, ...]:
        if name is None:
            return ()
        with self._lock:
            if name in self._known:
                self._known.move_to_end(name)
                return self._known[name]
        taken = tuple(_taken(self._shelf.read(name))) if self._shelf else ()
        if taken:  # Whatever names strangers think of, they are not remembered.
            with self._lock:
                self._keep(name, taken)
        return taken

    def _keep(self, name: str, templates: tuple[CompiledForm | None, ...]) -> None:
        self._known[name] = templates
        if len(self._known) > MAX_NAMES:
            self._known.popitem(last=False)


def _taken(stored: Iterable[str]) -> Iterable[CompiledForm]:
    for text in stored:
        try:
            yield CompiledForm.from_stored(text)
        except UncompilableError:
            continue  # Another version of the tool has put it there.


def _compiled(credential: Json, twin: Json) -> CompiledForm | None:
    slots = differing(credential, twin)
    if slots is None or len(slots) > MAX_SLOTS:
        return None
    try:
        return compile_form(credential, sorted(slots, key=str))
    except SigningError:
        return None  # The general path will say what is wrong with the credential, if anything is.
