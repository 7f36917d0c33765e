"""What can go wrong in the tool.

* ToolError
  x LaunchError            a launch, or the login before it, is refused; `code` names the reason
  x RegistrationError      a platform could not be registered; `code` names the reason
  x PlatformError          a platform's service did not answer as agreed; `permanent`, `retry_after`
  x OutgoingError          an address may not be called, or did not answer; `permanent`
  x DeliveryError          a channel did not take the badge; `permanent`
  x NotAllowedError        the session may not do this
  x NotFoundError          there is no such thing, or it is not theirs to see
"""

from __future__ import annotations


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


class PlatformError(ToolError):
    """A platform's service did not answer as agreed.

    The message completes "cannot reach ...: because ...". `permanent`: trying again is in vain.
    `retry_after`: seconds the platform asked us to wait, if it did. `concluded`: the course has ended there.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        concluded: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
        self.concluded = concluded


class OutgoingError(ToolError):
    """An address may not be called (`permanent`), or did not answer in time or in size."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class DeliveryError(ToolError):
    """A channel did not take the badge; `permanent` says whether to try again is in vain."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class NotAllowedError(ToolError):
    """The session may not do this."""


class NotFoundError(ToolError):
    """There is no such thing, or it is not theirs to see."""
