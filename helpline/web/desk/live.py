"""The desk that keeps itself up to date: an open page asks every few seconds whether anything
changed, and nearly always hears 304, from `unchanged`; the view here answers everything else.

Hours that pass are no change: the page counts them by itself (desk.js). Shifts begin and end
without anybody writing anything down, so the tag changes every ten minutes too.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpline import pulse
from helpline.db import read, transaction
from helpline.people.sessions import SignedIn
from helpline.runtime import runtime
from helpline.web import auth, live
from helpline.web.desk.frame import bp

PATH = "/desk/live"
_AT_LEAST = timedelta(minutes=10)
SEEN = "X-Seen"  # the page is in front of somebody, not in a tab behind others


@bp.get(PATH)
def fragments() -> ResponseReturnValue:
    """What changed since the page was made: both lists, and the messages of an open case."""
    who, case_id, now = auth.current(), request.args.get("case") or None, runtime().now()
    return live.answer(etag(read(), who, case_id, now), lambda: _render(who, case_id))


def etag(session: Session, who: SignedIn, case_id: str | None, now: datetime) -> str:
    """Changes whenever something that this person's desk shows may have changed."""
    found = pulse.versions(session, *topics(who.person_id, case_id))
    return live.tag(digest(who, found, now))


def topics(person_id: str, case_id: str | None) -> Sequence[str]:
    """What an open desk watches."""
    ours = (f"desk:{person_id}", "desk:waiting")
    return (*ours, f"case:{case_id[:40]}") if case_id else ours


def digest(who: SignedIn, found: Mapping[str, int], now: datetime) -> str:
    """The tag without its language: the numbers of the topics, for this person, at this hour."""
    slot = int(now.timestamp() // _AT_LEAST.total_seconds())
    counted = f"{who.person_id}|{slot}|{sorted(found.items())}"
    return blake2b(counted.encode(), digest_size=9).hexdigest()


def _render(who: SignedIn, case_id: str | None) -> str:
    from helpline.web.desk.page import panes  # the page carries our tag, we its panes

    seen = request.headers.get(SEEN) == "1"
    if case_id is None:
        return render_template("desk/_live.html", **panes(read(), who, None, seen=False))
    with transaction() as session:
        return render_template("desk/_live.html", **panes(session, who, case_id, seen=seen))
