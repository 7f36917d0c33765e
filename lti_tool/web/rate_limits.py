"""How often a visitor may ask: who asks more often within a minute gets a page that says so (429), with Retry-After.

- A public page counts by the address of the visitor.
- A page inside a course counts by its session, a login and a launch by registration and person: a whole school may
  come from one address, and its learners open their badges in the same minute.
- What is refused to somebody whom nobody knows counts by address, whichever page it is; only refusals turn into 429.

Addresses, tokens and ids are hashed with the tool's secret before they are counted.
"""

from __future__ import annotations

import hmac
import time
from hashlib import sha256
from ipaddress import IPv6Address, ip_network
from math import ceil

from flask import Flask, current_app, request
from flask_limiter import Limiter, RateLimitExceeded
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from werkzeug.exceptions import TooManyRequests

from lti_tool.web.current import current_tool, tool_of
from lti_tool.web.limit_store import SCHEME
from lti_tool.web.proxies import read_address

_KEY = "nozimite_limiter"

#: Requests a minute of one address for one page. Most pages and documents cost little:
READING = 1200
#: These cost more, or can be used to try codes.
READING_OF = {
    "badge_pages.badge": 600,
    "downloads.certificate": 120,
    # Each searches all that is offered.
    "catalogue_lists.whole": 300,
    "catalogue_lists.of_issuer": 300,
    "catalogue_lists.whole_embedded": 300,
    "catalogue_lists.of_issuer_embedded": 300,
    "catalogue_documents.whole": 120,
    "catalogue_documents.of_issuer": 120,
    "catalogue_documents.opportunities": 60,
    "catalogue_documents.opportunities_of_issuer": 60,
    "catalogue_feeds.site_map": 60,
    "catalogue_feeds.part_of_map": 60,
    "catalogue_feeds.feed": 120,
    "catalogue_feeds.feed_of_issuer": 120,
    "selective_disclosure.partial_badge": 120,
    "shared_badge.shared": 120,
    "shared_badge.shared_file": 60,
    "signed_in.ask_code": 30,
    # A whole class may take its badges from one network; each checks or makes a signature at most.
    "exchanges.give_copy": 300,
    "exchanges.give_bound": 120,
    "exchanges.interaction": 300,
    # The same; a nonce costs nothing, and a badge that is bound two signatures.
    "oid4vci.offer": 300,
    "oid4vci.token": 300,
    "oid4vci.credential": 300,
    "oid4vci.deferred": 300,
    "signed_in.sign_in": 30,
    # Everything that is kept of somebody, with their badges drawn.
    "own_data.download_signed_in": 10,
    "verifier.verify": 60,
    # Programs register once, and come from few addresses for many learners otherwise.
    "backpack_programs.register": 10,
    "backpack_programs.token": 600,
    "backpack_programs.revoke": 600,
    "backpack_consent.show": 60,
    "backpack_consent.answer": 30,
    # Each verifies a badge, and so asks other sites.
    "backpack_kept.bring": 20,
    "backpack_kept.check": 20,
    "backpack_kept.take_all": 10,
    # Each calls a host that a learner named.
    "host_connect.find": 10,
    "host_connect.come_back": 20,
    "host_places.stop": 10,
    # Each has badges sent away.
    "host_places.bring": 60,
    # A camera that looks for a code sends 85 pictures a minute, and then stops.
    "qr_codes.read": 170,
    "approval.show": 60,
    "approval.answer": 60,
    # Providers of mailboxes refuse for many readers from few addresses, so this is no less than others.
    "reminders.change": 600,
    # A link is opened a few times, and answered once.
    "invited_feedback.ask": 60,
    "invited_feedback.answer": 30,
    "identity_checks.begin": 10,
    "identity_checks.wait": 120,
    "holder_checks.ask": 60,
    "holder_checks.answer": 60,
    "bounces.receive": 600,
    "registration.registration_page": 30,
    "registration.register": 30,
    # Whoever signs in as an operator may do more than anybody else, and nobody does so often.
    "operator_sign_in.show": 60,
    "operator_sign_in.sign_in": 30,
    "operator_sign_in.confirm": 30,
    "operator_openid.begin_sign_in": 30,
    "operator_openid.begin_join": 30,
    "operator_openid.begin_confirm": 30,
    "operator_openid.come_back": 30,
    "operator_invitation.show": 30,
    "operator_invitation.open_it": 30,
    "operator_invitation.ask": 30,
    "operator_invitation.join": 30,
    # The same for those who sign for organisations; what is begun here stores a row once a passkey is made.
    "organisation_sign_in.show": 60,
    "organisation_sign_in.sign_in": 30,
    "organisation_sign_in.show_invitation": 30,
    "organisation_sign_in.open_invitation": 30,
    "organisation_sign_in.begin": 20,
    "organisation_sign_in.ask": 30,
    "organisation_sign_in.join": 20,
    # Each asks the DNS and the server of a stranger.
    "organisation_home.check": 20,
    "organisation_signed.sign_once_more": 20,
    "organisation_signing.endorse": 20,
    "organisation_signing.answer": 20,
    "organisation_signing.show_answer": 120,
    "organisation_documents.endorsement": 300,
    # Whoever applies for recognition of prior learning: codes by mail, and files of 20 MB.
    "prior_learning_open.ask_code": 30,
    "prior_learning_open.sign_in": 30,
    "prior_learning_open.begin": 30,
    "prior_learning_own_portfolio.add_file": 60,
    "template_list.operator_entry": 30,
    "template_list.start_operator_session": 30,
}
#: These are counted below, by what they are found to be.
OTHERWISE_COUNTED = (
    "launch.login",
    "launch.launch",
    "launch.storage_confirm",
    "launch.confirm",
    "launch.open_in_tab",
)
PAGES_INSIDE = "/lti/app/"

#: For one page of one session; the editor saves once a second at most, and searches while somebody types.
PAGE_OF_SESSION = RateLimitItemPerMinute(300)
#: By address too: a login proves nothing, and a stranger could use up those of somebody else.
LOGINS = RateLimitItemPerMinute(60)
LAUNCHES = RateLimitItemPerMinute(60)
#: Of all who come without saying who they are, as in a public course of Canvas.
ANONYMOUS_LAUNCHES = RateLimitItemPerMinute(1200)
#: Files with everything that is kept of somebody: of one session, inside a platform.
FILES_OF_SESSION = RateLimitItemPerMinute(10)
#: Searches for people by an operator: each reads all of an issuer, and many in a row would list them.
SEARCHES_OF_SESSION = RateLimitItemPerMinute(30)
#: Changes of what stands in the badges of a person: each makes all of them anew.
CHANGES_OF_PERSON = RateLimitItemPerHour(6)
#: Seals for one person, however often they sign in: a trust service may charge for each.
SEALS_OF_PERSON = RateLimitItemPerHour(12)
#: Codes by mail: to one address, whoever asks for them, and for one visitor, to whichever address.
CODES_TO_ADDRESS = RateLimitItemPerHour(6)
CODES_OF_VISITOR = RateLimitItemPerHour(20)
#: Self-tests of one platform: each calls it some ten times.
SELF_TESTS = RateLimitItemPerMinute(3)
#: Programs that register from one address.
REGISTRATIONS = RateLimitItemPerHour(30)
#: What one program asks for one learner, and how many badges it brings: each is verified.
REQUESTS_OF_PROGRAM = RateLimitItemPerMinute(300)
BADGES_OF_PROGRAM = RateLimitItemPerMinute(30)
#: Hosts that one learner names, and answers of hosts that they bring back: the tool calls each.
HOSTS_OF_LEARNER = RateLimitItemPerHour(30)
#: Applications for recognition of prior learning that one learner begins: each sends mails.
APPLICATIONS_OF_LEARNER = RateLimitItemPerHour(20)
#: What one candidate puts into portfolios, whether or not they take it out again; and the files among that.
PARTS_OF_CANDIDATE = RateLimitItemPerHour(240)
UPLOADS_OF_CANDIDATE = RateLimitItemPerHour(120)
#: By address, over all pages.
REFUSALS = RateLimitItemPerMinute(120)


def set_up(app: Flask) -> None:
    """Counts the requests of the application where LIMITS_URL says, from now on."""
    url = tool_of(app).limits_url
    is_shared = not url.startswith("memory://")
    limiter = Limiter(
        visitor,
        default_limits=[_default_limit],
        default_limits_exempt_when=_is_otherwise_counted,
        storage_uri=f"{SCHEME}://" if is_shared else url,
        storage_options={"shared": url} if is_shared else {},
        key_prefix="nozimite",
    )
    limiter.init_app(app)
    app.extensions[_KEY] = limiter


def per_minute(endpoint: str) -> int:
    """How many requests of one address a public page of that endpoint takes in a minute."""
    return READING_OF.get(endpoint, READING)


def switch_off(app: Flask) -> None:
    """Counts nothing any more: for tests and measurements, which ask more often than people do."""
    app.extensions[_KEY].enabled = False


def count_page(token: str) -> None:
    """Counts a page of the session with that token. Raises TooManyRequests."""
    _count(PAGE_OF_SESSION, "session", request.endpoint or "", token)


def count_file(token: str) -> None:
    """Counts a file of the session with that token. Raises TooManyRequests."""
    _count(FILES_OF_SESSION, "file", token)


def count_search(token: str) -> None:
    """Counts a search for people by the session with that token. Raises TooManyRequests."""
    _count(SEARCHES_OF_SESSION, "search", token)


def count_change(person_id: int) -> None:
    """Counts a change of what stands in the badges of a person. Raises TooManyRequests."""
    _count(CHANGES_OF_PERSON, "withheld", str(person_id))


def count_seal(person_id: int) -> None:
    """Counts a seal that is made for a person. Raises TooManyRequests."""
    _count(SEALS_OF_PERSON, "seal", str(person_id))


def count_login(platform_id: str, client_id: str, login_hint: str) -> None:
    """Counts a login that a registered platform has begun, of whom it says. Raises TooManyRequests."""
    _count(LOGINS, "login", _address(), platform_id, client_id, login_hint)


def count_launch(registration_id: int, user_id: str | None) -> None:
    """Counts a launch that its platform has signed. Raises TooManyRequests."""
    if user_id is None:
        _count(ANONYMOUS_LAUNCHES, "launch", str(registration_id))
    else:
        _count(LAUNCHES, "launch", str(registration_id), user_id)


def count_code(address: str, person: str | None) -> None:
    """Counts a code for an e-mail address, asked for by a person of a platform, or by a visitor from outside (None).

    Raises TooManyRequests. It is counted for an address that nobody has proved as for any other.
    """
    _count(CODES_OF_VISITOR, "codes of visitor", *(("person", person) if person else ("address", _address())))
    _count(CODES_TO_ADDRESS, "codes to address", address)


def count_self_test(registration_id: int) -> None:
    """Counts a self-test of a platform, whoever asks for it. Raises TooManyRequests."""
    _count(SELF_TESTS, "self-test", str(registration_id))


def count_registration() -> None:
    """Counts a program that registers itself. Raises TooManyRequests."""
    _count(REGISTRATIONS, "registration", _address())


def count_program(access_id: int) -> None:
    """Counts a request of a program for one learner. Raises TooManyRequests."""
    _count(REQUESTS_OF_PROGRAM, "program", str(access_id))


def count_brought(access_id: int) -> None:
    """Counts a badge that a program brings to one learner. Raises TooManyRequests."""
    _count(BADGES_OF_PROGRAM, "brought", str(access_id))


def count_host(address: str) -> None:
    """Counts that the learner with that address has the tool call a host. Raises TooManyRequests."""
    _count(HOSTS_OF_LEARNER, "host", address)


def count_application(address: str) -> None:
    """Counts that the learner with that address begins an application. Raises TooManyRequests."""
    _count(APPLICATIONS_OF_LEARNER, "application", address)


def count_part(person_id: int) -> None:
    """Counts what a candidate puts into a portfolio. Raises TooManyRequests."""
    _count(PARTS_OF_CANDIDATE, "part", str(person_id))


def count_upload(person_id: int) -> None:
    """Counts a file that a candidate sends, before it is read. Raises TooManyRequests."""
    _count(UPLOADS_OF_CANDIDATE, "upload", str(person_id))


def count_refusal() -> None:
    """Counts that somebody whom nobody knows is refused something. Raises TooManyRequests."""
    _count(REFUSALS, "refusal", _address())


def seconds_to_wait(error: TooManyRequests) -> int:
    """When the visitor may ask again, from now."""
    if isinstance(error, RateLimitExceeded):
        limit = _limiter().current_limit
        return _seconds_until(limit.window.reset_time) if limit is not None else 60
    return error.retry_after if isinstance(error.retry_after, int) else 60


def _count(limit: RateLimitItem, kind: str, *of: str) -> None:
    limiter = _limiter()
    keys = ("nozimite", kind, _hidden("\0".join(of)))
    if limiter.enabled and not limiter.limiter.hit(limit, *keys):
        reset_at = limiter.limiter.get_window_stats(limit, *keys).reset_time
        raise TooManyRequests(retry_after=_seconds_until(reset_at))


def _limiter() -> Limiter:
    return _limiter_of(current_app)


def _limiter_of(app: Flask) -> Limiter:
    limiter: Limiter = app.extensions[_KEY]
    return limiter


def _default_limit() -> str:
    return f"{per_minute(request.endpoint or '')} per minute"


def _is_otherwise_counted() -> bool:
    return request.endpoint in OTHERWISE_COUNTED or request.path.startswith(PAGES_INSIDE)


def visitor() -> str:
    """Who asks, by their address, hashed with the tool's secret."""
    return _hidden(_address())


def _address() -> str:
    """The address of the visitor; of IPv6 the network of 64 bits, all of which belongs to one connection."""
    address = read_address(request.remote_addr or "")
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)


def _hidden(text: str) -> str:
    secret_key = current_tool().secret_key.encode()
    return hmac.digest(secret_key, b"counted\0" + text.encode("utf-8", "replace"), sha256).hex()[:32]


def _seconds_until(moment: float) -> int:
    return max(1, ceil(moment - time.time()))
