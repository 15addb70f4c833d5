"""What `helpline check` asks Twilio: where it sends our texts, and which words it keeps to itself.

Twilio answers STOP, HELP and their kin by itself unless Advanced Opt-Out says otherwise, which can
only be set in its console and read by nobody; so what cannot be seen is said as advice.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from helpline.config import Config, is_loopback
from helpline.messaging.twilio import RebasedHttpClient, client_of

Advice = tuple[str, str]
"""A level ("ok", "warn" or "stop") and a sentence that says what to do."""

CLOCK_OFF = timedelta(seconds=5)
_WORDS = (
    "STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, START, YES, UNSTOP, HELP and INFO are Twilio's"
)


def advice(config: Config, now: Callable[[], datetime]) -> Iterator[Advice]:
    """Look at the account, the number or the service, and the clock. Changes nothing.

    Somebody who texts HELP in fear gets Twilio's own notice, and who ends a sentence with END can
    no longer be reached: hence the warnings.
    """
    yield from _addresses(config)
    http = RebasedHttpClient(config.twilio_api_base, timeout=config.gateway_timeout, now=now)
    client = client_of(config, http)
    try:
        if config.twilio_messaging_service_sid:
            yield from _service(client, config)
        else:
            yield from _number(client, config)
    except Exception as fault:  # whatever it is, a check says so and goes on
        status = http.seen.status
        why = "refuses our account or token" if status == 401 else "could not be asked"
        yield "stop" if status == 401 else "warn", f"Twilio {why} ({type(fault).__name__})."
        return
    if abs(http.seen.skew) > CLOCK_OFF:
        yield "warn", "This machine's clock and Twilio's differ by more than 5 seconds: set it."


def _number(client: Any, config: Config) -> Iterator[Advice]:
    found = client.incoming_phone_numbers.list(phone_number=config.twilio_from, limit=1)
    if not found:
        yield "stop", "TWILIO_FROM is not a number of this account: no text will leave or arrive."
        return
    yield from _webhook("the number", found[0].sms_url, found[0].sms_method, config)
    yield from _fallback("the number", found[0].sms_fallback_url)
    yield (
        "warn",
        f"{_WORDS} on a bare number: HELP gets its own notice instead of ours, and END or QUIT"
        " blocks a person until they text START. Put the number into a Messaging Service and set"
        " Advanced Opt-Out (console, Messaging, Services, Opt-Out Management) with your own texts"
        " in your languages, without END, QUIT, CANCEL and YES; then set"
        " TWILIO_MESSAGING_SERVICE_SID.",
    )


def _service(client: Any, config: Config) -> Iterator[Advice]:
    service = client.messaging.v1.services(config.twilio_messaging_service_sid).fetch()
    if service.use_inbound_webhook_on_number:
        yield "ok", "The Messaging Service leaves incoming texts to the webhook of each number."
    else:
        method = service.inbound_method
        yield from _webhook("the Messaging Service", service.inbound_request_url, method, config)
        yield from _fallback("the Messaging Service", service.fallback_url)
    if service.smart_encoding:
        yield "warn", "Smart Encoding is on and rewrites punctuation: turn it off, we count parts."
    yield (
        "warn",
        f"{_WORDS} unless Advanced Opt-Out of the service says otherwise, which only its console"
        " shows: check that it is on, that HELP answers with your own resources, and that END,"
        " QUIT, CANCEL and YES are not among its words.",
    )


def _webhook(whose: str, url: str | None, method: str | None, config: Config) -> Iterator[Advice]:
    wanted = f"{config.public_base_url}/sms/twilio"
    if (url or "").split("#")[0].split("?")[0] != wanted:
        yield "stop", f"Texts do not reach us: set the webhook of {whose} to {wanted} (POST)."
    elif method != "POST":
        yield "stop", f"Set the webhook of {whose} to HTTP POST: GET is refused."
    else:
        yield "ok", f"The webhook of {whose} leads here."


def _fallback(whose: str, url: str | None) -> Iterator[Advice]:
    if not url:
        yield (
            "warn",
            f"Set a fallback address for {whose}: /sms/twilio on a second host of yours, or the"
            " same again. What both miss is fetched within a minute of our return.",
        )


def _addresses(config: Config) -> Iterator[Advice]:
    if config.on_loopback and not is_loopback(config.twilio_api_base):
        yield "stop", "PUBLIC_BASE_URL is this machine: Twilio can neither reach nor report to it."
