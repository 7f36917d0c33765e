"""Recognition packs: what an ENIC-NARIC centre or an employer asks of badges, in one signed document.

`content` makes it of what was signed, `signed` puts the issuer's proof on it and checks it, `badges.pdf` draws it.
"""
