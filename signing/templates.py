"""eddsa-rdfc-2022 by template: the same bytes as the general path, thirty times as fast.

The first credential of an achievement is signed by the general path, the second shows where they differ, and from then
on a Template is filled in. Who knows the slots beforehand compiles one and signs with `secure`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signing import data_integrity
from signing.canonical import canonicalize
from signing.checked import Checked
from signing.compiled import Path, Template, compile_template, differing
from signing.data_integrity import MEDIA_TYPE, options_of, options_text, usual_options_text
from signing.documents import ContextFinder, find_context
from signing.errors import SigningError, UnusableKeyError
from signing.jsontext import as_text
from signing.keys import KeyFinder, SigningKey
from signing.multibase import base58
from signing.proofs import eddsa_rdfc_2022
from signing.rdfc10 import Digest
from signing.secured import Json, SecuredCredential

#: Shapes of one achievement: each optional part that some credentials have and others not doubles them.
MAX_SHAPES = 16
MAX_SLOTS = 100


def secure(template: Template, values: Sequence[Any], key: SigningKey, now: datetime) -> SecuredCredential:
    """The credential of these values with its proof; raises as `secure` of the proof type does."""
    if not isinstance(key.private, Ed25519PrivateKey):
        raise UnusableKeyError(f"{eddsa_rdfc_2022.NAME} needs a key of Ed25519")
    proof = options_of(eddsa_rdfc_2022.SUITE.names, key, now)
    options, text = usual_options_text(proof), template.canonical(values)
    signature = key.private.sign(sha256(options.encode()).digest() + sha256(text).digest())
    proof["proofValue"] = "z" + base58(signature)
    return SecuredCredential(template.text(values, as_text(proof)), MEDIA_TYPE)


@dataclass(slots=True)
class _Shape:
    """A credential seen, and once a second one of its shape was seen, their Template."""

    example: Json
    slots: frozenset[Path] | None
    template: Template | None


class Templates:
    """What one process has learnt of the achievements it issues; a credential that is checked teaches nothing."""

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._shapes: OrderedDict[str, list[_Shape]] = OrderedDict()

    def secure(self, name: str, credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:
        """As `secure` of the proof type; `name` is that of the achievement and its version."""
        found = self._find(name, credential) or self._learn(name, credential)
        if found is None:
            return eddsa_rdfc_2022.secure(credential, key, now)
        return secure(*found, key, now)

    def check(self, name: str, secured: SecuredCredential, find_key: KeyFinder, now: datetime) -> Checked:
        """As `check` of the proof type, also for credentials of which nothing was learnt."""

        def texts(
            credential: Json, options: Json, find_context: ContextFinder, digest: Digest
        ) -> tuple[str, str | bytes]:
            text = options_text(credential, options, find_context, digest)
            for shape in self._shapes.get(name, ()):
                if shape.template:
                    values = shape.template.values_signed(credential, secured.text)
                    if values is not None:
                        return text, shape.template.canonical(values)
            return text, canonicalize(credential, find_context, digest)

        suite = replace(eddsa_rdfc_2022.SUITE, texts=texts)
        return data_integrity.check(suite, secured, find_key, now, find_context)

    def _find(self, name: str, credential: Json) -> tuple[Template, tuple[Any, ...]] | None:
        for shape in self._shapes.get(name, ()):
            values = shape.template.values(credential) if shape.template else None
            if shape.template and values is not None:
                return shape.template, values
        return None

    def _learn(self, name: str, credential: Json) -> tuple[Template, tuple[Any, ...]] | None:
        shapes = self._shapes.setdefault(name, [])
        self._shapes.move_to_end(name)
        if len(self._shapes) > self._most:
            self._shapes.popitem(last=False)
        for shape in shapes:
            differences = differing(shape.example, credential)
            if differences is None:
                continue
            if shape.slots is not None and differences <= shape.slots:
                return None  # Known already, and no template takes it.
            slots = frozenset(differences) | (shape.slots or frozenset())
            if len(slots) > MAX_SLOTS:
                shapes.remove(shape)
                break
            shape.slots, shape.template = slots, _compiled(credential, slots)
            return self._find(name, credential)
        shapes.insert(0, _Shape(deepcopy(credential), None, None))
        del shapes[MAX_SHAPES:]
        return None


def _compiled(credential: Json, slots: frozenset[Path]) -> Template | None:
    try:
        return compile_template(credential, sorted(slots, key=str))
    except SigningError:
        return None  # The general path will say what is wrong with the credential, if anything is.
