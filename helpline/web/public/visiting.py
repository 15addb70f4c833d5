"""Whose visit this browser holds, and the one who is behind it."""

from flask import Response, request

from helpline.db import read, transaction
from helpline.people import Person, visits
from helpline.runtime import runtime
from helpline.web import cookies

COOKIE = "visit"


def token() -> str | None:
    """The visit's token, as the browser sent it."""
    return cookies.read(COOKIE)


def visitor() -> Person | None:
    """The person whose visit this is, with their visit kept awake; None when it is over."""
    person_id = whose()
    return read().get(Person, person_id) if person_id else None


def whose() -> str | None:
    """Their id only: all that a page which asks by itself needs to hear that nothing is new."""
    sent, now = token(), runtime().now()
    if sent is None:
        return None
    who = visits.who(read(), sent, now=now)
    if who is None:
        return None
    if who.is_stale and not is_poll():
        with transaction() as session:
            visits.touch(session, sent, now=now)
    return who.person_id


def is_poll() -> bool:
    """Whether the page asks by itself, without anybody doing anything."""
    return request.headers.get("X-Poll") == "1"


def client() -> str:
    """Where the request came from, for counting tries; only keyed hashes of it are ever kept."""
    return request.remote_addr or ""


def keep(response: Response, fresh_token: str) -> None:
    """Open the visit in this browser."""
    cookies.put(response, COOKIE, fresh_token)


def close(response: Response) -> None:
    """Take the visit out of this browser."""
    cookies.drop(response, COOKIE)
