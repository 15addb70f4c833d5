"""What an application instance carries besides Flask: its settings, keys, gateways, its clock."""

import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import current_app

from helpline.config import Config
from helpline.messaging.gateway import MailGateway, TextGateway
from helpline.privacy.sealing import Keyring

# The zone data is the `tzdata` package's on every machine, never the system's.
zoneinfo.reset_tzpath(to=())


@dataclass(frozen=True, slots=True)
class Runtime:
    """One instance. `texts` is None when no gateway is configured and this is no demonstration."""

    config: Config
    keyring: Keyring
    texts: TextGateway | None
    mail: MailGateway
    now: Callable[[], datetime]
    demonstration: bool


def runtime() -> Runtime:
    """The running application's. For doors only: operations are handed what they need."""
    found: Runtime = current_app.extensions["helpline"]
    return found


def utc_now() -> datetime:
    """The one place that reads the clock."""
    return datetime.now(UTC)
