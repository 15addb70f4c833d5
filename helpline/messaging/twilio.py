"""Twilio's network. Nothing else in the house knows its REST API.

Creating a message is not idempotent there, and its library hangs without a time-out, hides
Retry-After and lets four families of exceptions through; here every fault becomes an outcome:
accepted, refused for a reason, or unknown, which is looked up before anything is sent again.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectTimeout
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from helpline.config import TWILIO, Config, is_loopback
from helpline.messaging.gateway import (
    Accepted,
    Capabilities,
    Found,
    Inbound,
    Outcome,
    RefusalKind,
    Refused,
    Unknown,
)
from helpline.messaging.refusals import kind_of

VALIDITY = range(1, 36_001)  # seconds a network may keep trying (Message resource, ValidityPeriod)
DEFAULT_VALIDITY = timedelta(hours=4)  # "somebody is here now" must not arrive the next morning
LOOK_BACK = 200  # texts to one number among which a lost one is looked for
SLACK = timedelta(seconds=2)  # Twilio's times are whole seconds, and its clock is not ours
CONNECTIONS = 32
REQUEST_TIMEOUT = 408  # it may have been taken before

log = logging.getLogger("helpline.twilio")


class RebasedHttpClient(TwilioHttpClient):  # type: ignore[misc]  # twilio ships no types
    """Twilio's own client, sent to `base`, keeping of each answer what its exceptions lose.

    Setting `client.api.base_url` instead breaks when TWILIO_EDGE is in the environment.
    `seen` is per thread: status, Retry-After in seconds, and how far Twilio's clock is from ours.
    """

    def __init__(self, base: str, *, timeout: float, now: Callable[[], datetime]) -> None:
        super().__init__(timeout=timeout)
        logging.getLogger("urllib3").setLevel(logging.WARNING)  # at DEBUG it writes addresses
        self._base = None if base.rstrip("/") == TWILIO else base.rstrip("/")
        self._now = now
        self.seen = _Seen()
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS))

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        self.seen.clear()
        answer = super().request(method, self._rebased(url), *args, **kwargs)
        self.seen.take(answer, self._now())
        return answer

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Nothing: the library would write addresses that hold a phone number."""

    def log_response(self, status_code: int, response: Response) -> None:
        """Nothing, for the same reason."""

    def _rebased(self, url: str) -> str:
        if self._base is None:
            return url
        parts = urlsplit(url)
        return self._base + parts.path + (f"?{parts.query}" if parts.query else "")


class _Seen(threading.local):
    """What the last answer to this thread said besides its content."""

    status: int = 0
    retry_after: float | None = None
    skew: timedelta = timedelta()

    def clear(self) -> None:
        self.status, self.retry_after, self.skew = 0, None, timedelta()

    def take(self, answer: Response, now: datetime) -> None:
        headers = answer.headers or {}
        self.status = answer.status_code
        self.retry_after = _seconds(headers.get("Retry-After"), now)
        there = _moment(headers.get("Date"))
        self.skew = there - now if there else timedelta()


def _seconds(retry_after: str | None, now: datetime) -> float | None:
    """Retry-After as seconds from now: it is a number or a date (RFC 9110, 10.2.3)."""
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        until = _moment(retry_after)
        return max(0.0, (until - now).total_seconds()) if until else None


def _moment(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def client_of(config: Config, http: RebasedHttpClient) -> Client:
    """Twilio's library for the account of the settings, over `http`."""
    return Client(config.twilio_account_sid, config.twilio_auth_token, http_client=http)


class TwilioGateway:
    """Texts by one account. `sender` is a number of ours, or a Messaging Service ("MG…")."""

    name = "twilio"
    capabilities = Capabilities()

    def __init__(
        self,
        account_sid: str,
        token: str,
        *,
        sender: str,
        status_url: str | None,
        http: RebasedHttpClient,
        now: Callable[[], datetime],
    ) -> None:
        self._client = Client(account_sid, token, http_client=http)
        self._http, self._now = http, now
        self._sender, self._status_url = sender, status_url

    @classmethod
    def from_config(cls, config: Config, *, now: Callable[[], datetime]) -> "TwilioGateway":
        """The gateway of these settings. Twilio refuses a loopback callback, so none is given."""
        reachable = not config.on_loopback or is_loopback(config.twilio_api_base)
        http = RebasedHttpClient(config.twilio_api_base, timeout=config.gateway_timeout, now=now)
        return cls(
            config.twilio_account_sid,
            config.twilio_auth_token,
            sender=config.twilio_messaging_service_sid or config.twilio_from,
            status_url=f"{config.public_base_url}/sms/twilio/status" if reachable else None,
            http=http,
            now=now,
        )

    def send(self, *, own_id: str, to: str, body: str, expires_at: datetime | None) -> Outcome:
        """Hand one text over. `own_id` comes back in the status callback's address."""
        try:
            made = self._client.messages.create(**self._message(own_id, to, body, expires_at))
        except Exception as fault:  # the library lets requests', JSON's and its own errors through
            return self._outcome(fault)
        if not made.sid:
            return Unknown("answer without an id")
        return Accepted(made.sid, _whole(made.num_segments), str(made.status))

    def find(self, *, to: str, body: str, since: datetime) -> Found | Refused | Unknown | None:
        """Whether a text like this was taken since then, by our clock.

        Asked by number only: a text that waits at Twilio has no date of sending yet, and a filter
        on dates would hide the very one that is looked for.
        """
        try:
            listed = self._client.messages.list(to=to, limit=LOOK_BACK, page_size=LOOK_BACK)
        except Exception as fault:  # as above
            return self._outcome(fault)
        earliest = since + min(self._http.seen.skew, timedelta()) - SLACK
        for text in listed:
            ours = str(text.direction).startswith("outbound") and text.body == body
            if ours and (text.date_created is None or text.date_created >= earliest):
                return _found(text)
        return None

    def fetch(self, provider_id: str) -> Found | Refused | Unknown | None:
        """What became of a text of ours; None when Twilio holds no such text."""
        try:
            return _found(self._client.messages(provider_id).fetch())
        except Exception as fault:  # as above
            return None if self._http.seen.status == 404 else self._outcome(fault)

    def list_inbound(self, since: datetime) -> Sequence[Inbound] | Unknown:
        """What came for us since then, oldest first: to our number, or to the whole service."""
        number = {} if self._sender.startswith("MG") else {"to": self._sender}
        try:
            listed = self._client.messages.list(date_sent_after=since.astimezone(UTC), **number)
        except Exception as fault:  # as above
            return Unknown(_reason(fault))
        return _inbound(reversed(listed), self._service())

    def _service(self) -> str:
        return self._sender if self._sender.startswith("MG") else ""

    def _message(
        self, own_id: str, to: str, body: str, expires_at: datetime | None
    ) -> dict[str, Any]:
        by = "messaging_service_sid" if self._service() else "from_"
        message: dict[str, Any] = {"to": to, "body": body, by: self._sender}
        message["validity_period"] = self._validity(expires_at)
        if self._status_url:
            message["status_callback"] = f"{self._status_url}?{urlencode({'id': own_id})}"
        return message

    def _validity(self, expires_at: datetime | None) -> int:
        """Seconds for which Twilio may try, within what it allows."""
        left = expires_at - self._now() if expires_at else DEFAULT_VALIDITY
        return min(max(int(left.total_seconds()), VALIDITY.start), VALIDITY[-1])

    def _outcome(self, fault: Exception) -> Refused | Unknown:
        """What a fault means. Only a clear no is a refusal; silence and confusion are unknown."""
        if isinstance(fault, ConnectTimeout):  # nothing was handed over
            return Refused(RefusalKind.LATER, "connect")
        status, code = self._http.seen.status, _whole(getattr(fault, "code", None))
        kind = kind_of(code, status) if isinstance(fault, TwilioException) else None
        if kind is None or status == REQUEST_TIMEOUT:
            return Unknown(_reason(fault))
        if kind is RefusalKind.CONFIG:
            log.error("Twilio refused a text with code %s: `helpline check` may tell why", code)
        return Refused(kind, str(code or status), self._http.seen.retry_after)


def _reason(fault: Exception) -> str:
    """Why nobody knows: the kind of error and its code, never its words, which hold addresses."""
    return f"{type(fault).__name__} {getattr(fault, 'code', '') or ''}".strip()


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _found(text: Any) -> Found:
    code = "" if text.error_code is None else str(text.error_code)
    return Found(text.sid, str(text.status), code)


def _inbound(listed: Iterable[Any], service: str) -> list[Inbound]:
    """Those that came in (for `service`, if given), in the order of the list."""
    return [
        Inbound(
            text.sid,
            text.from_ or "",
            text.to or "",
            text.body or "",
            at=text.date_sent or text.date_created,
            media=_whole(text.num_media),
        )
        for text in listed
        if text.direction == "inbound"
        and text.from_
        and (not service or text.messaging_service_sid in (service, None))
    ]
