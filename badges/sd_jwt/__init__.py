"""A badge as an SD-JWT, in the two forms that wallets take, each bound to the key of its holder.

`claims` turns a credential into the claims of a `dc+sd-jwt` and back, `issuing` secures both forms, `type_metadata` is
what is served at the address of the type of the first.
"""
