"""Mail: by SMTP, or as files to look at. Subjects are neutral, headers hold no stranger's lines.

SMTP_URL is `smtp://user:password@host:587` (STARTTLS whenever the server offers it, and always
when there is a password to keep) or `smtps://...:465`. Our own id is the Message-ID, so that a
mail handed over twice is recognised as one.
"""

import os
import smtplib
import ssl
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from helpline.config import Config, ConfigError
from helpline.messaging.gateway import Accepted, Letter, Outcome, RefusalKind, Refused, Unknown

_POLICY = SMTP.clone(max_line_length=78)


class _BadAddress(Exception):
    """An address that is not one, or that carries a line of its own."""


def written(letter: Letter, sender: str) -> EmailMessage:
    """The mail as it goes out.

    Raises:
        _BadAddress: the recipient's address is no single plain address.
    """
    mail = EmailMessage(policy=_POLICY)
    try:
        mail["From"] = sender
        mail["To"] = _plain(letter.to)
        mail["Subject"] = " ".join(letter.subject.split())
        mail["Message-ID"] = f"<{letter.own_id}@{_domain(sender)}>"
    except (ValueError, MessageError) as error:
        raise _BadAddress from error
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(letter.body + "\n")
    return mail


def _plain(address: str) -> str:
    """One address and nothing else: no name, no list, no line breaks."""
    name, found = parseaddr(address)
    whole = address == found and not name and address.count("@") == 1
    if not whole or not address.isascii() or any(char.isspace() for char in address):
        raise _BadAddress
    return address


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].partition("@")[2] or "localhost"


_BAD = Refused(RefusalKind.BAD_NUMBER, "address")


@dataclass(frozen=True, slots=True)
class SmtpMail:
    """Hands mails to a server; one connection each, for they are few."""

    host: str
    port: int
    sender: str
    timeout: float
    tls: bool = False
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @classmethod
    def from_config(cls, config: Config) -> "SmtpMail":
        """Read SMTP_URL.

        Raises:
            ConfigError: it is none.
        """
        parts = urlsplit(config.smtp_url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ConfigError("SMTP_URL must be like smtp://user:password@mail.example.org:587")
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 587),
            sender=config.mail_from,
            timeout=config.gateway_timeout,
            tls=tls,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    def send(self, letter: Letter) -> Outcome:
        """Hand one mail over. Once its words are on the way, a broken line leaves it unknown."""
        try:
            mail = written(letter, self.sender)
        except _BadAddress:
            return _BAD
        try:
            server = self._connected()
        except smtplib.SMTPAuthenticationError as error:
            return Refused(RefusalKind.CONFIG, str(error.smtp_code))
        except (OSError, smtplib.SMTPException) as error:
            return Refused(RefusalKind.LATER, type(error).__name__)  # nothing was said yet
        return _handed(server, mail, letter)

    def _connected(self) -> smtplib.SMTP:
        if self.tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout, context=_trust()
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            self._greet(server)
        except BaseException:
            server.close()
            raise
        return server

    def _greet(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if not self.tls and (self.user or server.has_extn("starttls")):
            server.starttls(context=_trust())
            server.ehlo()
        if self.user:
            server.login(self.user, self.password)


def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _handed(server: smtplib.SMTP, mail: EmailMessage, letter: Letter) -> Outcome:
    try:
        server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        return _BAD if code >= 500 else Refused(RefusalKind.LATER, str(code))
    except smtplib.SMTPResponseException as error:
        kind = RefusalKind.CONFIG if error.smtp_code >= 500 else RefusalKind.LATER
        return Refused(kind, str(error.smtp_code))
    except (OSError, smtplib.SMTPException) as error:
        return Unknown(type(error).__name__)
    finally:
        server.close()
    return Accepted(letter.own_id)


@dataclass(frozen=True, slots=True)
class FileMail:
    """Writes each mail as an .eml file: for trying, and for reading what would be sent."""

    folder: Path
    sender: str

    @classmethod
    def from_config(cls, config: Config) -> "FileMail":
        folder = Path(config.mail_dir) if config.mail_dir else config.data_folder / "mail"
        return cls(folder, config.mail_from)

    def send(self, letter: Letter) -> Outcome:
        """Write one file whole or not at all; the same id twice is one file."""
        try:
            mail = written(letter, self.sender)
        except _BadAddress:
            return _BAD
        try:
            _write(self.folder, f"{letter.own_id}.eml", mail.as_bytes())
        except OSError as error:
            return Refused(RefusalKind.LATER, type(error).__name__)
        return Accepted(letter.own_id)


def _write(folder: Path, name: str, content: bytes) -> None:
    """Written aside and renamed, so that nobody ever reads half a mail; 0600, it is personal."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = folder / f".{name}.{os.getpid()}"
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
    aside.replace(folder / name)
