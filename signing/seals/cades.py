"""CAdES as PAdES baseline B-B wants it: the CMS SignedData that seals the bytes of a PDF, which are not in it.

What is signed are attributes: the hash of the bytes, and which certificate seals them. When that was stands in the PDF
(/M), so there is no attribute for it; and there is no time stamp, as level B has none. Only our own is made here:
no CMS of anybody else is read.

Sources: RFC 5652 (CMS), RFC 5035 (signing-certificate-v2), RFC 5754 and 4056 (algorithms); ETSI EN 319 142-1, 6.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from signing.errors import SealError
from signing.seals import der
from signing.seals.algorithms import SealAlgorithm, as_der, digest_of
from signing.seals.certificates import SealCertificate
from signing.seals.seal_keys import SealKey, signatures_of

_DATA, _SIGNED_DATA = der.identifier("1.2.840.113549.1.7.1"), der.identifier("1.2.840.113549.1.7.2")
_CONTENT_TYPE = der.identifier("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = der.identifier("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2 = der.identifier("1.2.840.113549.1.9.16.2.47")
_SHA_256, _SHA_384 = (
    der.sequence(der.identifier(each)) for each in ("2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2")
)
_HASHES: Mapping[SealAlgorithm, bytes] = {
    "ES256": _SHA_256,
    "ES384": _SHA_384,
    "RS256": _SHA_256,
    "PS256": _SHA_256,
}
#: In the parameters of RSASSA-PSS the hash has NULL beside it (RFC 4055, 2.1).
_SHA_256_OF_PSS = der.sequence(der.identifier("2.16.840.1.101.3.4.2.1"), der.null())
_SIGNATURES: Mapping[SealAlgorithm, bytes] = {
    "ES256": der.sequence(der.identifier("1.2.840.10045.4.3.2")),
    "ES384": der.sequence(der.identifier("1.2.840.10045.4.3.3")),
    "RS256": der.sequence(der.identifier("1.2.840.113549.1.1.11"), der.null()),
    "PS256": der.sequence(
        der.identifier("1.2.840.113549.1.1.10"),
        der.sequence(
            der.explicit(0, _SHA_256_OF_PSS),
            der.explicit(1, der.sequence(der.identifier("1.2.840.113549.1.1.8"), _SHA_256_OF_PSS)),
            der.explicit(2, der.integer(32)),
        ),
    ),
}


def detached_seal(data: bytes, key: SealKey, now: datetime) -> bytes:
    """The CMS SignedData in DER that seals these bytes, without them.

    The signature is verified before it is given out. Raises SealError `expired`, `not_yet_valid`, `wrong_signature`,
    `unreadable`, and what `key.sign_all` raises.
    """
    certificate = key.certificate
    certificate.check_valid(now)
    attributes = _attributes(certificate, data)
    # What is signed is the SET itself, not the implicit tag that it has inside (RFC 5652, 5.4).
    (signature,) = signatures_of(key, [der.set_of(attributes)])
    return _signed_data(certificate, attributes, as_der(certificate.public, signature))


def most_bytes(certificate: SealCertificate) -> int:
    """So many bytes no seal by the certificate's key exceeds. Raises SealError `unreadable`."""
    public = certificate.public
    # In DER, r and s may each have a byte before them that says that they are not negative.
    is_curve = isinstance(public, EllipticCurvePublicKey)
    size = 2 * (public.key_size // 8 + 3) + 2 if is_curve else public.key_size // 8 + 1
    return len(_signed_data(certificate, _attributes(certificate, b""), bytes(size)))


def _attributes(certificate: SealCertificate, data: bytes) -> tuple[bytes, ...]:
    # ESSCertIDv2, whose hash is SHA-256 where it names none.
    named = der.sequence(der.octets(certificate.thumbprint))
    return (
        _attribute(_CONTENT_TYPE, _DATA),
        _attribute(_MESSAGE_DIGEST, der.octets(digest_of(certificate.algorithm, data))),
        _attribute(_SIGNING_CERTIFICATE_V2, der.sequence(der.sequence(named))),
    )


def _attribute(name: bytes, value: bytes) -> bytes:
    return der.sequence(name, der.set_of([value]))


def _signed_data(certificate: SealCertificate, attributes: tuple[bytes, ...], signature: bytes) -> bytes:
    hash_used = _HASHES[certificate.algorithm]
    signer = der.sequence(
        der.integer(1),
        _issuer_and_number(certificate),
        hash_used,
        der.explicit(0, b"".join(sorted(attributes))),
        _SIGNATURES[certificate.algorithm],
        der.octets(signature),
    )
    chain = sorted(each.public_bytes(Encoding.DER) for each in certificate.chain)
    content = der.sequence(
        der.integer(1),
        der.set_of([hash_used]),
        der.sequence(_DATA),
        der.explicit(0, b"".join(chain)),
        der.set_of([signer]),
    )
    return der.sequence(_SIGNED_DATA, der.explicit(0, content))


def _issuer_and_number(certificate: SealCertificate) -> bytes:
    """IssuerAndSerialNumber, byte for byte as in the certificate: verifiers compare names so. Raises SealError."""
    try:
        ((_, content),) = der.elements(certificate.own.tbs_certificate_bytes)
        members = [each for each in der.elements(content) if each[0] != 0xA0]
        (_, number), _algorithm, (_, issuer), *_rest = members
    except ValueError as error:
        raise SealError("unreadable", "the certificate's issuer cannot be read") from error
    return der.sequence(der.sequence(issuer), der.element(0x02, number))
