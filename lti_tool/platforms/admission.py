"""Whether a registration is in use: it may be disabled, or restricted to the deployments that are listed."""

from __future__ import annotations

from lti_tool.errors import LaunchError
from lti_tool.values import Registration


def check_enabled(registration: Registration) -> None:
    """Raises LaunchError `platform_disabled` where an operator has disabled the registration."""
    if registration.disabled:
        raise LaunchError(
            "platform_disabled",
            f"registration {registration.id} is disabled: see `platforms enable`",
            {"registration": registration.id},
        )


def check_deployment(registration: Registration, deployment_id: str) -> None:
    """Raises LaunchError `unlisted_deployment` where only listed deployments are allowed, and this one is not."""
    if registration.deployments is not None and deployment_id not in registration.deployments:
        raise LaunchError(
            "unlisted_deployment",
            f"registration {registration.id} does not list the deployment {deployment_id}: "
            "see `platforms deployments`",
            {"registration": registration.id, "deployment": deployment_id},
        )


def check_in_use(registration: Registration, deployment_id: str) -> None:
    """Raises LaunchError where the deployment may not use the tool: `platform_disabled` or `unlisted_deployment`."""
    check_enabled(registration)
    check_deployment(registration, deployment_id)
