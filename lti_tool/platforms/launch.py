"""The validation of an LTI message (1EdTech Security Framework 1.0, section 5.1.3).

The library's own validation is not safe as it is: it checks the nonce before the signature and lets it pass again for
a day, goes on with claims that it decoded before it verified them, and fetches key sets without a limit of size or
time. So each step is overridden here; what is left of the library is the decoding of the JWT, the search for the
registration, and the checks of each message type.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import cast

from pylti1p3.exception import LtiException
from pylti1p3.message_launch import MessageLaunch, TLaunchData
from pylti1p3.message_validators.abstract import MessageValidatorAbstract
from pylti1p3.message_validators.deep_link import DeepLinkMessageValidator
from pylti1p3.message_validators.resource_message import ResourceMessageValidator
from pylti1p3.message_validators.submission_review import SubmissionReviewLaunchValidator

from lti_tool.errors import LaunchError
from lti_tool.platforms.adapters import (
    FindRegistration,
    LibraryRegistration,
    LibraryRegistrations,
    NewCookies,
    NoStorage,
    RequestParameters,
    cookie_name,
    used_state_key,
)
from lti_tool.platforms.admission import check_deployment, check_enabled
from lti_tool.platforms.claims import CLAIM, as_launch, clean, deep_linking_settings, identifier, odd_ids
from lti_tool.platforms.expiring_values import ExpiringValues
from lti_tool.platforms.key_sets import KeySets
from lti_tool.platforms.login_state import LoginState, nonce_of, read_state
from lti_tool.platforms.signed_tokens import check_times, verified_claims
from lti_tool.values import Json, Launch, origin_of

MESSAGES: dict[str, Callable[[], MessageValidatorAbstract]] = {
    "LtiResourceLinkRequest": ResourceMessageValidator,
    "LtiDeepLinkingRequest": DeepLinkMessageValidator,
    "LtiSubmissionReviewRequest": SubmissionReviewLaunchValidator,
}

#: How long a used state is known as such: longer than `login_state.STATE_SECONDS`, or it could be used again.
USED_SECONDS = 3600
MAX_TOKEN_LENGTH = 200_000

#: The claims that an id_token has to have.
REQUIRED = ("exp", "iat", "nonce", "iss", "aud")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A valid launch, and whether the browser that began it is the one that posted it.

    Unless `bound`, the page must find that out another way: by asking the platform's storage (in the frame
    `storage_target` at `auth_origin`) for `state`, or by asking the person. Without that check somebody could put
    their own launch into another person's browser.
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
    expiring_values: ExpiringValues,
    key_sets: KeySets,
    secret_key: str,
    is_own_page: Callable[[str], bool],
    now: datetime,
) -> Arrival:
    """The launch that the platform posted; the state of its login was signed with `secret_key`.

    `is_own_page` says whether a link may ask for the page at a URL.
    Raises LaunchError with one of LAUNCH_CODES; a second post of the same form is `replayed`.
    """
    if form.get("error"):
        raise LaunchError("platform_said", _platform_error(form))
    message = _LaunchMessage(form, find_registration, expiring_values, key_sets, secret_key, is_own_page, now)
    try:
        message.validate()
    except LaunchError as error:
        # Whatever else is wrong with a form by the time that it is posted again.
        if message.was_used():
            raise LaunchError("replayed", "the state was used before") from error
        raise
    state = form["state"]
    cookie = cookies.get(cookie_name(state), "")
    return Arrival(
        launch=as_launch(message.claims, message.registration.value),
        state=state,
        bound=hmac.compare_digest(cookie.encode(), state.encode()),
        storage_target=message.login.storage_target,
        auth_origin=origin_of(message.registration.value.auth_login_url),
    )


class _LaunchMessage(MessageLaunch[RequestParameters, LibraryRegistrations, NoStorage, NewCookies]):
    """The library's launch with checks of ours, in an order of ours; each raises LaunchError.

    `login` is what the state says of the login; it is there once `validate_state` has found that the state is ours.
    """

    login: LoginState

    def __init__(
        self,
        form: Mapping[str, str],
        find_registration: FindRegistration,
        expiring_values: ExpiringValues,
        key_sets: KeySets,
        secret_key: str,
        is_own_page: Callable[[str], bool],
        now: datetime,
    ) -> None:
        request = RequestParameters(form)
        super().__init__(
            request,
            LibraryRegistrations(find_registration),
            session_service=NoStorage(request),
            cookie_service=NewCookies(),
        )
        self._expiring_values = expiring_values
        self._key_sets = key_sets
        self._secret_key = secret_key
        self._is_own_page = is_own_page
        self._now = now.timestamp()

    @property
    def claims(self) -> Json:
        """The claims; verified once `validate` has returned."""
        return dict(self._jwt["body"])

    @property
    def registration(self) -> LibraryRegistration:
        """The registration that LibraryRegistrations found; there once `validate_registration` has returned."""
        return cast(LibraryRegistration, self._registration)

    def validate(self) -> _LaunchMessage:
        """Itself, with verified claims.

        The order matters. Nothing of the token is believed before its signature has been checked, except the issuer
        and the client, which select the key. The nonce is used up last, so that a forged token cannot use up the nonce
        of a true one.
        """
        # The library validates by itself, in its own order, when claims are read before this flag is set.
        self._validated = True
        self.validate_state()
        self.validate_jwt_format()
        self.validate_registration()
        self.validate_jwt_signature()
        self.validate_times()
        self.validate_ids()
        self.validate_deployment()
        self.validate_message()
        self.validate_target()
        self.validate_nonce()
        return self

    def _get_request_param(self, key: str) -> str:
        # Abstract in the library, which leaves it to each web framework.
        return self._request.get_param(key)

    def validate_state(self) -> _LaunchMessage:
        """Itself; raises LaunchError `missing_state`, `missing_token` or `unknown_state`."""
        # The library compares the state with its cookie and refuses where a browser keeps none; `launch` compares them.
        state = self._get_request_param("state")
        if not state:
            raise LaunchError("missing_state", "the form has no state")
        if not self._get_request_param("id_token"):
            raise LaunchError("missing_token", "the form has no id_token")
        login = read_state(state, self._secret_key)
        if login is None:
            raise LaunchError("unknown_state", "no login of this tool has this state")
        self.login = login
        if login.has_expired(self._now):
            raise LaunchError("unknown_state", "the login was too long ago")
        return self

    def was_used(self) -> bool:
        """Whether the state was used before; of a state that is none of ours nothing is asked."""
        is_ours = hasattr(self, "login")
        return (
            is_ours
            and self._expiring_values.peek(used_state_key(self._get_request_param("state"))) is not None
        )

    def validate_jwt_format(self) -> _LaunchMessage:
        """Itself, with decoded claims that are not verified yet; raises LaunchError `bad_token`."""
        # The library decodes a token of any length, and takes a header or claims that are no JSON objects.
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
        """The one audience, or of several the authorized party (Security Framework 1.0, 5.1.3, steps 3 to 5).

        Raises LaunchError `bad_token`.
        """
        # The library takes the first of any list.
        audience, party = self._jwt["body"].get("aud"), self._jwt["body"].get("azp")
        audiences = audience if isinstance(audience, list) else [audience]
        if not audiences or not all(isinstance(name, str) and identifier(name) for name in audiences):
            raise LaunchError("bad_token", "the id_token names no audience")
        if len(audiences) > 1 and party is None:
            raise LaunchError("bad_token", "the id_token has several audiences and no azp")
        client_id = audiences[0] if party is None else party
        if client_id not in audiences:
            raise LaunchError("bad_token", "the azp of the id_token is none of its audiences")
        return str(client_id)

    def validate_registration(self) -> _LaunchMessage:
        """Itself, with its registration; raises LaunchError `unknown_platform`, `bad_token` or `platform_disabled`."""
        issuer = self._jwt["body"].get("iss")
        if not isinstance(issuer, str) or identifier(issuer) is None:
            raise LaunchError("bad_token", "the id_token names no issuer")
        try:
            super().validate_registration()
        except LtiException as error:
            raise LaunchError("unknown_platform", f"no registration for {issuer}") from error
        # Otherwise a login with one client could be finished with a token for another client of the same platform.
        if self.registration.value.id != self.login.registration_id:
            raise LaunchError("bad_token", "the login began with another platform or client")
        check_enabled(self.registration.value)
        return self

    def validate_jwt_signature(self) -> _LaunchMessage:
        """Itself, with the claims of the verified token in place of those that were only decoded.

        Raises LaunchError `bad_signature`, `bad_token` or `key_set_unreachable`.
        """
        # The library takes any algorithm that the key set names and requires no claim; it fetches the key set itself,
        # from any address.
        registration = self.registration.value
        find_key = partial(self._key_sets.key, registration.jwks_url)
        verified = verified_claims(
            self._get_id_token(), self._jwt["header"], registration, find_key, REQUIRED
        )
        self._jwt["body"] = cast(TLaunchData, verified)
        return self

    def validate_times(self) -> _LaunchMessage:
        """Itself; raises LaunchError `bad_token` for a token that is expired, too old, or from the future."""
        # Not in the library, which leaves the times to PyJWT and the machine's clock.
        check_times(self._jwt["body"], self._now)
        return self

    def validate_ids(self) -> _LaunchMessage:
        """Itself; raises LaunchError `bad_token` where an id cannot be stored as it is.

        Names and titles are cleaned and shortened instead, but an id would become that of somebody else.
        """
        # Not in the library.
        odd = odd_ids(self._jwt["body"])
        if odd:
            raise LaunchError("bad_token", f"too long, or with control characters: {', '.join(odd)}")
        return self

    def validate_deployment(self) -> _LaunchMessage:
        """Itself; raises LaunchError `no_deployment` or `unlisted_deployment`."""
        # Where any deployment may launch, one is learned from its first launch, so it only has to be named. The
        # library takes anything that is not empty, an object too.
        deployment = self._jwt["body"].get(CLAIM + "deployment_id")
        if not isinstance(deployment, str | int) or isinstance(deployment, bool) or str(deployment) == "":
            raise LaunchError("no_deployment", "the id_token names no deployment")
        check_deployment(self.registration.value, str(deployment))
        return self

    def validate_message(self) -> _LaunchMessage:
        """Itself; raises LaunchError `wrong_version` or `wrong_message`."""
        body: Json = dict(self._jwt["body"])
        if body.get(CLAIM + "version") != "1.3.0":
            raise LaunchError("wrong_version", f"the version is {clean(str(body.get(CLAIM + 'version')))}")
        kind = body.get(CLAIM + "message_type")
        if not isinstance(kind, str) or kind not in MESSAGES:
            raise LaunchError("wrong_message", f"the message is {clean(str(kind))}")
        # The library refuses a launch without a user, which a public course of Canvas may send. Its validators are
        # called one by one because its own search also accepts message types that the tool has no page for.
        # A launch without roles is one of somebody without a role.
        with_user: Json = {CLAIM + "roles": []} | (body if body.get("sub") else body | {"sub": "anonymous"})
        try:
            MESSAGES[kind]().validate(with_user)
        except (LtiException, AttributeError, TypeError, KeyError) as error:
            raise LaunchError("wrong_message", str(error)) from error
        if kind == "LtiDeepLinkingRequest" and deep_linking_settings(body) is None:
            raise LaunchError("wrong_message", "the deep linking request has no return address")
        return self

    def validate_target(self) -> _LaunchMessage:
        """Itself; raises LaunchError `wrong_target` for a page of another site."""
        # Not in the library.
        target = self._jwt["body"].get(CLAIM + "target_link_uri")
        if not isinstance(target, str) or not self._is_own_page(target):
            raise LaunchError("wrong_target", "the launch asks for a page of another site")
        return self

    def validate_nonce(self) -> _LaunchMessage:
        """Itself, its state used up; raises LaunchError `bad_token` or `replayed`."""
        # The library only looks whether the nonce is stored. Here it has to be the nonce of this very login, and the
        # state can be marked as used only once, which lets one of several simultaneous posts pass. Only a message that
        # its platform has signed comes so far: nobody else can make marks.
        nonce, state = self._jwt["body"].get("nonce"), self._get_request_param("state")
        expected = nonce_of(state, self._secret_key)
        if not isinstance(nonce, str) or not hmac.compare_digest(
            nonce.encode("utf-8", "replace"), expected.encode()
        ):
            raise LaunchError("bad_token", "the nonce belongs to another login")
        if not self._expiring_values.add(used_state_key(state), {"used": True}, USED_SECONDS):
            raise LaunchError("replayed", "the state was used before")
        return self


def _platform_error(form: Mapping[str, str]) -> str:
    """The error that the platform posted in place of a token, as JSON text; `web.errors` reads it."""
    fields = {name: clean(form.get(name, ""))[:200] for name in ("error", "error_description")}
    return json.dumps(fields, ensure_ascii=False)
