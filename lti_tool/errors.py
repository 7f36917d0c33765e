"""What can go wrong in the tool.

* ToolError
  x LaunchError            a launch, or the login before it, is refused; `code` names the reason
  x RegistrationError      a platform could not be registered; `code` names the reason
  x ToldError              trouble that pages tell, in the reader's language; `permanent`
    x PlatformError        a platform's service did not answer as agreed; `retry_after`
    x OutgoingError        an address may not be called, or did not answer
    x DeliveryError        a channel did not take the badge
  x KitError               a recovery kit cannot be used here; the message says why
  x NotAllowedError        the session may not do this
  x NotFoundError          there is no such thing, or it is not theirs to see
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ToolError(Exception):
    """Base of all that lti_tool raises."""


class LaunchError(ToolError):
    """A launch or login is refused. `code` is stable, for pages and tests; the message is for the log."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class RegistrationError(ToolError):
    """A platform could not be registered; `code` is stable, the message says what the platform did."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class UserFacingError(ToolError):
    """Trouble that people are told of. `permanent`: trying again is in vain.

    `sentence` is translated as it stands; then its {names} are filled in from `about`.
    """

    def __init__(
        self, sentence: str, about: Mapping[str, str | int] | None = None, *, permanent: bool = False
    ) -> None:
        super().__init__(sentence.format_map(about) if about else sentence)
        self.sentence = sentence
        self.about = dict(about or {})
        self.permanent = permanent

    def as_json(self) -> dict[str, Any]:
        """To be kept until a page tells it."""
        return {"sentence": self.sentence, "about": self.about}


class PlatformError(UserFacingError):
    """A platform's service did not answer as agreed. The sentence completes "cannot reach ...: because ...".

    `retry_after`: seconds the platform asked us to wait, if it did. `concluded`: the course has ended there.
    """

    def __init__(
        self,
        sentence: str,
        about: Mapping[str, str | int] | None = None,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        concluded: bool = False,
    ) -> None:
        super().__init__(sentence, about, permanent=permanent)
        self.retry_after = retry_after
        self.concluded = concluded


class OutgoingError(UserFacingError):
    """An address may not be called (`permanent`), or did not answer in time or in size."""


class DeliveryError(UserFacingError):
    """A channel did not take the badge."""


class RecoverySheetError(ToolError):
    """A recovery kit cannot be used here, or not with this code."""


class NotAllowedError(ToolError):
    """The session may not do this."""


class NotFoundError(ToolError):
    """There is no such thing, or it is not theirs to see."""
