"""SD-JWT: a JWT of which its holder may leave parts out, with the issuer's signature still over all of it.

In place of each part that may be left out, the JWT has a digest; the part itself stands behind the JWT, in a disclosure
with a salt, and whoever shows the JWT gives as many of these along as they like. `hiding` and `issuing` make one,
`processing` puts what is shown back into its place, `key_binding` says who shows it, `proof` checks all of it.

Written here and not taken from a library: those on PyPI accept what two readers could understand in two ways, as PyJWT
does, leave rules of section 7.1 out, and bring a second implementation of JOSE with them.

Source: RFC 9901. Its JSON serialization (section 8) is not read: nobody issues badges in it.
"""
