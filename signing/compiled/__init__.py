"""Compiled signing: eddsa-rdfc-2022 for the many credentials of one achievement, thirty times as fast.

The credentials of an achievement differ in a few values, their *slots*: an id, a date, a learner's name. What they
share is expanded and canonicalized once, into a *compiled form*; each credential is then filled in, without JSON-LD.

    compiler    credential + paths of its slots -> CompiledForm       (needs PyLD, once)
    form        CompiledForm: values -> JSON text, canonical N-Quads
    nquads      the N-Quads of a form, filled in and sorted
    terms       how one value is written in N-Quads
    slots       where a value is, and how its position is marked while compiling
    securing    form + values + key -> secured credential
    cache       the forms that a process has, and when one is compiled

The rule for all of it: a form gives the bytes that the general path (`signing.canonical`) gives, or takes that path,
or refuses. Every shortcut must be certain from the values alone; `NeedsGeneralPathError` is for all that is not.
Only what the issuer itself has built is compiled, never a document that somebody presents.
"""
