"""Which gateways an instance has, by its settings. Adapters are imported only when used."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy.orm import Session

from helpline.config import Config
from helpline.messaging.gateway import MailGateway, TextGateway


def text_gateway(
    config: Config,
    *,
    demonstration: bool,
    now: Callable[[], datetime],
    begin: Callable[[], AbstractContextManager[Session]],
) -> TextGateway | None:
    """Twilio or an Android phone where configured, else the built-in phones of a demonstration.

    `begin` opens a transaction: the built-in phones' network is the database.
    None: no way to send texts. The text channel then says that it is closed, and `check` why.
    """
    if config.has_twilio:
        from helpline.messaging.twilio import TwilioGateway  # 0.2 s to import, so only if used

        return TwilioGateway.from_config(config, now=now)
    if config.has_android:
        from helpline.messaging.android import AndroidGateway

        return AndroidGateway.from_config(config, now=now)
    if demonstration:
        from helpline.messaging.phones import BuiltInPhones

        return BuiltInPhones(begin, now)
    return None


def mail_gateway(config: Config) -> MailGateway:
    """SMTP where configured, else .eml files in MAIL_DIR (by default beside the database)."""
    from helpline.messaging.email import FileMail, SmtpMail

    return SmtpMail.from_config(config) if config.smtp_url else FileMail.from_config(config)
