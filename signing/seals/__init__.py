"""Electronic seals: a legal person signs a document with the key of an X.509 certificate.

JSON is sealed as JAdES baseline B-B, the bytes of a PDF as PAdES baseline B-B.

Of a certificate only what stands in it is read. Whether an authority of a trusted list issued it, and has not taken it
back, is for whoever verifies the seal.

Sources: ETSI TS 119 182-1 (JAdES); ETSI EN 319 142-1 (PAdES); ETSI EN 319 412-1, -3 and -5 (certificates); RFC 7515,
RFC 7797; RFC 5652.
"""
