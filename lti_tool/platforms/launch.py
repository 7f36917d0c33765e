"""An LTI message, checked and turned into a Launch (1EdTech Security Framework 1.0, section 5.1.3)."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import jwt
from pylti1p3.exception import LtiException
from pylti1p3.message_launch import MessageLaunch, TLaunchData
from pylti1p3.message_validators.abstract import MessageValidatorAbstract
from pylti1p3.message_validators.deep_link import DeepLinkMessageValidator
from pylti1p3.message_validators.resource_message import ResourceMessageValidator
from pylti1p3.message_validators.submission_review import SubmissionReviewLaunchValidator

from lti_tool.errors import LaunchError
from lti_tool.platforms.adapters import (
    Cookies,
    FindRegistration,
    Incoming,
    LibraryRegistration,
    Registrations,
    Session,
    Storage,
    cookie_name,
    origin,
    state_key,
    used_key,
)
from lti_tool.platforms.claims import CLAIM, as_launch, clean, deep_linking_settings
from lti_tool.platforms.expiring_values import ExpiringValues
from lti_tool.platforms.key_sets import KeySets
from lti_tool.values import Json, Launch

MESSAGES: dict[str, Callable[[], MessageValidatorAbstract]] = {
    "LtiResourceLinkRequest": ResourceMessageValidator,
    "LtiDeepLinkingRequest": DeepLinkMessageValidator,
    "LtiSubmissionReviewRequest": SubmissionReviewLaunchValidator,
}

LEEWAY_SECONDS = 60
MAX_AGE_SECONDS = 600
USED_SECONDS = 3600
MAX_TOKEN_LENGTH = 200_000

#: The signature algorithms we accept, each with the kind of key it takes: the choice is never the token's alone.
ALGORITHMS = {"RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "PS256": "RSA", "ES256": "EC"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A valid launch, and whether it came to the browser that began it.

    Unless `bound`, the page must find that out another way: by asking the platform's storage (in the frame
    `storage_target` at `auth_origin`) for `state`, or by asking the person.
    """

    launch: Launch
    state: str
    bound: bool
    storage_target: str | None
    auth_origin: str


def launch(
    form: Mapping[str, str],
    cookies: Mapping[str, str],
    find_registration: FindRegistration,
    memory: ExpiringValues,
    key_sets: KeySets,
    now: datetime,
) -> Arrival:
    """The launch that the platform posted; raises LaunchError. A second post of the same form is `replayed`."""
    if form.get("error"):
        raise LaunchError("platform_said", _platform_error(form))
    message = _Message(form, find_registration, memory, key_sets, now)
    message.validate()
    state, begun = form["state"], message.begun
    sent = cookies.get(cookie_name(state), "")
    return Arrival(
        launch=as_launch(message.claims, message.registration.value),
        state=state,
        bound=hmac.compare_digest(sent.encode(), state.encode()),
        storage_target=begun.get("storage_target"),
        auth_origin=origin(message.registration.value.auth_login_url),
    )


class _Message(MessageLaunch[Incoming, Registrations, Session, Cookies]):
    """The library's launch with its own order of checks, each of which raises LaunchError."""

    def __init__(
        self,
        form: Mapping[str, str],
        find_registration: FindRegistration,
        memory: ExpiringValues,
        key_sets: KeySets,
        now: datetime,
    ) -> None:
        request = Incoming(form)
        super().__init__(
            request,
            Registrations(find_registration),
            session_service=Session(request, Storage(memory)),
            cookie_service=Cookies({}),
        )
        self._memory = memory
        self._key_sets = key_sets
        self._now = now.timestamp()
        self.begun: Json = {}

    @property
    def claims(self) -> Json:
        return dict(self._jwt["body"])

    @property
    def registration(self) -> LibraryRegistration:
        assert isinstance(self._registration, LibraryRegistration)
        return self._registration

    def validate(self) -> _Message:
        """The nonce is used up last, so that a forged token cannot use up the nonce of a true one."""
        self._validated = True
        self.validate_state()
        self.validate_jwt_format()
        self.validate_registration()
        self.validate_jwt_signature()
        self.validate_times()
        self.validate_deployment()
        self.validate_message()
        self.validate_target()
        self.validate_nonce()
        return self

    def _get_request_param(self, key: str) -> str:
        return self._request.get_param(key)

    def validate_state(self) -> _Message:
        state = self._get_request_param("state")
        if not state:
            raise LaunchError("missing_state", "the form has no state")
        if not self._get_request_param("id_token"):
            raise LaunchError("missing_token", "the form has no id_token")
        begun = self._memory.peek(state_key(state))
        if begun is None:
            if self._memory.peek(used_key(state)) is not None:
                raise LaunchError("replayed", "the state was used before")
            raise LaunchError("unknown_state", "no login began with this state, or it is too long ago")
        self.begun = begun
        return self

    def validate_jwt_format(self) -> _Message:
        token = self._get_id_token()
        if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
            raise LaunchError("bad_token", "the id_token is too long or no ASCII")
        try:
            super().validate_jwt_format()
        except (LtiException, RecursionError) as error:
            raise LaunchError("bad_token", "the id_token is not a JWT") from error
        if not isinstance(self._jwt["header"], dict) or not isinstance(self._jwt["body"], dict):
            raise LaunchError("bad_token", "the id_token is not a JWT of claims")
        return self

    def get_client_id(self) -> str:
        """The one audience, or of several the authorized party; the library takes the first of any list."""
        audience, party = self._jwt["body"].get("aud"), self._jwt["body"].get("azp")
        audiences = audience if isinstance(audience, list) else [audience]
        if not audiences or not all(isinstance(name, str) and name for name in audiences):
            raise LaunchError("bad_token", "the id_token names no audience")
        if len(audiences) > 1 and party is None:
            raise LaunchError("bad_token", "the id_token has several audiences and no azp")
        client_id = audiences[0] if party is None else party
        if client_id not in audiences:
            raise LaunchError("bad_token", "the azp of the id_token is none of its audiences")
        return str(client_id)

    def validate_registration(self) -> _Message:
        issuer = self._jwt["body"].get("iss")
        if not isinstance(issuer, str) or not issuer:
            raise LaunchError("bad_token", "the id_token names no issuer")
        try:
            super().validate_registration()
        except LtiException as error:
            raise LaunchError("unknown_platform", f"no registration for {clean(issuer)}") from error
        if self.registration.value.id != self.begun["registration_id"]:
            raise LaunchError("bad_token", "the login began with another platform or client")
        return self

    def validate_jwt_signature(self) -> _Message:
        """The claims are taken from the verified token alone."""
        registration, header = self.registration.value, self._jwt["header"]
        algorithm, kid = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
            raise LaunchError("bad_signature", f"the algorithm {clean(str(algorithm))} is not accepted")
        if not isinstance(kid, str) or not kid:
            raise LaunchError("bad_signature", "the id_token names no key")
        key = self._key_sets.key(registration.jwks_url, kid)
        if key is None:
            raise LaunchError("bad_signature", f"the platform has no key {clean(kid)}")
        if key.get("kty") != ALGORITHMS[algorithm] or key.get("alg", algorithm) != algorithm:
            raise LaunchError("bad_signature", "the key is for another algorithm")
        try:
            verified = jwt.decode(
                self._get_id_token(),
                jwt.PyJWK(key, algorithm=algorithm),
                algorithms=[algorithm],
                audience=registration.client_id,
                issuer=registration.platform_id,
                options={
                    "require": ["exp", "iat", "nonce", "iss", "aud"],
                    "enforce_minimum_key_length": True,
                    # Times are checked below, against the clock we are given; a launch may have no `sub`.
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                    "verify_sub": False,
                    "verify_jti": False,
                },
            )
        except (jwt.InvalidSignatureError, jwt.InvalidKeyError, jwt.PyJWKError) as error:
            raise LaunchError("bad_signature", str(error)) from error
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise LaunchError("bad_token", str(error)) from error
        self._jwt["body"] = cast(TLaunchData, verified)
        return self

    def validate_times(self) -> _Message:
        body, now = self._jwt["body"], self._now
        issued, expires = _seconds(body, "iat"), _seconds(body, "exp")
        if expires <= now - LEEWAY_SECONDS:
            raise LaunchError("bad_token", "the id_token has expired")
        if issued > now + LEEWAY_SECONDS:
            raise LaunchError("bad_token", "the id_token is from the future: compare the clocks")
        if issued < now - MAX_AGE_SECONDS:
            raise LaunchError("bad_token", "the id_token is too old")
        if "nbf" in body and _seconds(body, "nbf") > now + LEEWAY_SECONDS:
            raise LaunchError("bad_token", "the id_token is not valid yet: compare the clocks")
        return self

    def validate_deployment(self) -> _Message:
        """A deployment of a known registration is learned from its first launch; it must only be named."""
        deployment = self._jwt["body"].get(CLAIM + "deployment_id")
        if not isinstance(deployment, str | int) or isinstance(deployment, bool) or str(deployment) == "":
            raise LaunchError("no_deployment", "the id_token names no deployment")
        return self

    def validate_message(self) -> _Message:
        body: Json = dict(self._jwt["body"])
        if body.get(CLAIM + "version") != "1.3.0":
            raise LaunchError("wrong_version", f"the version is {clean(str(body.get(CLAIM + 'version')))}")
        kind = body.get(CLAIM + "message_type")
        if not isinstance(kind, str) or kind not in MESSAGES:
            raise LaunchError("wrong_message", f"the message is {clean(str(kind))}")
        # The library refuses a launch without a user, which a public course of Canvas may send.
        named = body if body.get("sub") else body | {"sub": "anonymous"}
        try:
            MESSAGES[kind]().validate(named)
        except (LtiException, AttributeError, TypeError, KeyError) as error:
            raise LaunchError("wrong_message", str(error)) from error
        if kind == "LtiDeepLinkingRequest" and deep_linking_settings(body) is None:
            raise LaunchError("wrong_message", "the deep linking request has no return address")
        return self

    def validate_target(self) -> _Message:
        target = self._jwt["body"].get(CLAIM + "target_link_uri")
        own = origin(self.begun["launch_url"])
        if not isinstance(target, str) or not own or origin(target) != own:
            raise LaunchError("wrong_target", "the launch asks for a page of another site")
        return self

    def validate_nonce(self) -> _Message:
        nonce = self._jwt["body"].get("nonce")
        if not isinstance(nonce, str) or not hmac.compare_digest(
            nonce.encode("utf-8", "replace"), self.begun["nonce"].encode()
        ):
            raise LaunchError("bad_token", "the nonce belongs to another login")
        state = self._get_request_param("state")
        # The mark comes first: whoever finds the state gone finds the mark too.
        self._memory.put(used_key(state), {"used": True}, USED_SECONDS)
        if self._memory.take(state_key(state)) is None:
            raise LaunchError("replayed", "the state was used before")
        try:
            super().validate_nonce()
        except LtiException as error:
            raise LaunchError("replayed", "the nonce was used before") from error
        return self


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value: Any = claims.get(name)
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    # NaN compares as false, and a very long integer is no float at all.
    if not numeric or not 0 <= value < 1e12:
        raise LaunchError("bad_token", f"the {name} of the id_token is no time")
    return float(value)


def _platform_error(form: Mapping[str, str]) -> str:
    said = {name: clean(form.get(name, ""))[:200] for name in ("error", "error_description")}
    return json.dumps(said, ensure_ascii=False)
