"""The only room that knows PyLTI1p3: LTI 1.3 messages and services, as plain values in and out.

No web framework comes in here, and the store only into `invitations` and `registrations`. What a login leaves for its
launch is signed (`login_state`), and every call to a platform goes through `Outgoing`.
"""

#: Every `code` that a LaunchError of this room carries; `web.error_messages` has a sentence for each.
LAUNCH_CODES = (
    "bad_login",
    "unknown_platform",
    "platform_disabled",
    "unlisted_deployment",
    "platform_said",
    "missing_token",
    "missing_state",
    "unknown_state",
    "bad_signature",
    "bad_token",
    "replayed",
    "key_set_unreachable",
    "wrong_version",
    "wrong_message",
    "no_deployment",
    "wrong_target",
)

#: Every `code` that a RegistrationError of this room carries.
REGISTRATION_CODES = (
    "bad_address",
    "unreachable",
    "not_a_platform",
    "issuer_mismatch",
    "unsupported",
    "token_used",
    "refused",
)
