"""No number, name, word or code of anybody in a log, an address, an error or another's page.

Whole flows are walked with words that occur nowhere else. Everything that leaves the house by the
web, and everything that is logged, is kept and searched (DESIGN, rule 6).
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

from helpline.cases import Case
from helpline.db import statements
from helpline.messaging.gateway import Outcome, RefusalKind, Refused, Unknown
from helpline.people import Person, Role
from scheduling import promises
from tests.conftest import RecordingGateway
from tests.doors.seeking import asked, code, send
from tests.doors.texting import LINE, URL, Phone
from tests.make import NOON, Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]
NUMBER, TYPED = "+60198765432", "+60187651234"
DIGITS = ("98765432", "87651234", "9876 5432", "8765 1234", "987-65432")
NAME = "Zarquina"
WORDS, REPLY, NOTE = "mangosteenlantern", "quibblingotter", "vermilionabacus"
LOUD = ("helpline", "scheduling", "twilio", "werkzeug", "gunicorn", "flask")


class BrokenNetwork(RecordingGateway):
    """A network whose driver may fail with everything it was told in its error."""

    breaks = False

    def send(self, *, own_id: str, to: str, body: str, expires_at: datetime | None) -> Outcome:
        if self.breaks:
            raise RuntimeError(f"could not send {body!r} to {to}")
        return super().send(own_id=own_id, to=to, body=body, expires_at=expires_at)


@dataclass
class Seen:
    """One answer: to whom, which address was asked for, and everything that went out."""

    who: str
    url: str
    status: int
    headers: str
    body: str

    @property
    def is_for_all(self) -> str:
        """What proxies, histories and logs of others see."""
        return f"{self.url}\n{self.headers}"


@dataclass
class Watch:
    """Stands before the whole application and keeps what passes."""

    inner: Callable[..., Iterable[bytes]]
    seen: list[Seen] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        told: list[tuple[str, str]] = []

        def keep(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            told[:] = [("status", status), *headers]
            return start(status, headers, *more)

        body = b"".join(self.inner(environ, keep))
        shown = "\n".join(f"{k}: {v}" for k, v in told if k != "Set-Cookie")
        url = f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}"
        status, page = int(told[0][1][:3]), body.decode("utf-8", "replace")
        self.seen.append(Seen(environ.get("warmline.who", "network"), url, status, shown, page))
        return [body]

    def pages(self, *but: str) -> Iterator[Seen]:
        return (each for each in self.seen if each.who not in but)


@pytest.fixture
def gateway() -> BrokenNetwork:
    return BrokenNetwork()


@pytest.fixture
def watch(app: Flask) -> Watch:
    watch = Watch(app.wsgi_app)
    app.wsgi_app = watch  # type: ignore[method-assign,assignment]  # the documented way
    return watch


@pytest.fixture(autouse=True)
def everything_logged(caplog: pytest.LogCaptureFixture) -> None:
    for name in LOUD:
        caplog.set_level(logging.DEBUG, logger=name)


@pytest.fixture
def staff(
    app: Flask, watch: Watch, make: Make, session: Session, sign_in: SignIn
) -> dict[str, FlaskClient]:
    """Who reads the case, a colleague on shift in another language, and everybody else."""
    make.line(number=LINE)
    people = {
        "reader": make.counsellor(alias="Mei", languages=("en", "ms")),
        "colleague": make.counsellor(alias="Yuki", languages=("ja",)),
        "coordinator": make.counsellor(alias="Noor", roles=(Role.COORDINATOR,)),
        "reviewer": make.counsellor(alias="Ana", roles=(Role.REVIEWER,)),
        "admin": make.counsellor(alias="Ilse", roles=(Role.ADMIN,)),
    }
    for who in ("reader", "colleague"):
        promises.promise(
            session, people[who].id, weekday=0, start=time(10), end=time(22), zone="UTC", now=NOON
        )
    session.commit()
    return {who: sign_in(browser(app, who), person) for who, person in people.items()}


def browser(app: Flask, who: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["warmline.who"] = who
    return client


@contextmanager
def renamed(app: Flask, table: str) -> Iterator[None]:
    """The database is broken: one table is gone for a while."""
    for old, new in ((table, f"{table}_gone"), (f"{table}_gone", table)):
        with app.app_context(), statements() as connection:
            connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))
        if old == table:
            yield


def cases_of(session: Session) -> list[str]:
    session.rollback()
    found = list(session.scalars(select(Case.id).order_by(Case.opened_at, Case.id)))
    session.rollback()
    return found


def look_around(staff: dict[str, FlaskClient], case_ids: Iterable[str]) -> None:
    """Everybody opens everything there is to open."""
    paths = ["/desk", "/desk/waiting", "/desk/live?poll=1", "/coordination", "/coordination/now"]
    paths += ["/coordination/waiting.csv", "/coordination/settings", "/coordination/review"]
    paths += ["/account/staff", "/account", "/metrics", "/no-such-page"]
    for case_id in case_ids:
        paths += [f"/desk/cases/{case_id}", f"/desk/cases/{case_id}/hand-over"]
        paths += [f"/coordination/case/{case_id}", f"/coordination/review/{case_id}"]
    for client in staff.values():
        for path in paths:
            client.get(path)


def answer(client: FlaskClient, case_id: str, words: str) -> int:
    typed = {"text": words, "form_key": case_id}
    return client.post(f"/desk/cases/{case_id}/say", data=typed).status_code


def must_be_nowhere(
    watch: Watch, caplog: pytest.LogCaptureFixture, *secrets: str, readers: tuple[str, ...]
) -> None:
    """Secrets stand in no log and no address, and only those pages have them that are theirs."""
    logged = "\n".join(f"{each.getMessage()} {each.exc_text or ''}" for each in caplog.records)
    assert watch.seen
    for secret in (*secrets, *DIGITS):
        assert secret not in logged
        assert [each.url for each in watch.seen if secret in each.is_for_all] == []
        assert [(s.who, s.url) for s in watch.pages(*readers) if secret in s.body] == []
    for digits in DIGITS:
        assert [(each.who, each.url) for each in watch.seen if digits in each.body] == []


def test_a_conversation_by_text_is_in_no_log_address_or_page_of_others(
    app: Flask,
    watch: Watch,
    staff: dict[str, FlaskClient],
    gateway: BrokenNetwork,
    work: Callable[[], int],
    session: Session,
    caplog: pytest.LogCaptureFixture,
) -> None:
    phone = Phone(app, gateway, work, NUMBER)
    for words in (f"I want to die {WORDS}", "1", "0", WORDS):
        phone.text(words)
    (case_id,) = cases_of(session)
    look_around(staff, [case_id])
    assert staff["colleague"].post(f"/desk/cases/{case_id}/claim").status_code == 404
    staff["reviewer"].post(f"/coordination/review/{case_id}", data={"decision": "accept"})
    for client in (staff["reader"], staff["reader"]):  # twice
        client.post(f"/desk/cases/{case_id}/claim")
    staff["coordinator"].post(
        f"/coordination/case/{case_id}/assign", data={"to": "nobody", "note": NOTE}
    )
    must_be_nowhere(watch, caplog, WORDS, REPLY, NOTE, readers=("reader", "reviewer"))


def test_answers_notes_and_faults_of_the_network_are_in_no_log_or_page_of_others(
    app: Flask,
    watch: Watch,
    staff: dict[str, FlaskClient],
    gateway: BrokenNetwork,
    make: Make,
    work: Callable[[], int],
    session: Session,
    caplog: pytest.LogCaptureFixture,
) -> None:
    case_id = make.case(seeker=make.seeker(phone=NUMBER)).id
    session.commit()
    reader = staff["reader"]
    assert reader.post(f"/desk/cases/{case_id}/claim").status_code == 303
    phone = Phone(app, gateway, work, NUMBER)
    phone.text(WORDS)
    assert answer(reader, case_id, REPLY) == 303
    faults: list[Outcome] = [
        Refused(RefusalKind.BLOCKED, "30007"),
        Unknown(f"reset while sending to {NUMBER}"),
    ]
    for number, fault in enumerate(faults):
        gateway.answer = fault
        answer(reader, case_id[:-1] + str(number), REPLY)
        work()
    gateway.answer, gateway.breaks = None, True
    phone.text(f"{WORDS} again", work=False)
    answer(reader, case_id, f"{REPLY} again")
    work()
    assert "RuntimeError in the gateway" in caplog.text
    gateway.breaks = False
    for path, typed in (
        ("notes", {"note": NOTE}),
        ("draft", {"text": REPLY}),
        ("count", {"text": REPLY}),
        ("hand-over", {"to": "line", "how": "cold", "note": ""}),
        ("say", {"text": REPLY * 2000}),
        ("end", {"reason": NOTE, "days": "900"}),
        ("wrap-up", {}),
        ("close", {"disposition": "talked"}),
    ):
        reader.post(f"/desk/cases/{case_id}/{path}", data=typed)
        staff["colleague"].post(f"/desk/cases/{case_id}/{path}", data=dict.fromkeys(typed, "x"))
    browser(app, "nobody").post(f"/desk/cases/{case_id}/say", data={"text": REPLY})
    look_around(staff, [case_id])
    must_be_nowhere(watch, caplog, WORDS, REPLY, NOTE, readers=("reader",))


def test_what_is_asked_on_the_web_is_in_no_log_address_or_page_of_others(
    app: Flask,
    watch: Watch,
    staff: dict[str, FlaskClient],
    work: Callable[[], int],
    session: Session,
    caplog: pytest.LogCaptureFixture,
) -> None:
    seeker = browser(app, "seeker")
    typed = {"words": WORDS, "alias": NAME, "how": "text", "phone": TYPED, "safe": "1"}
    page = asked(seeker, language="en", **typed)
    words = code(page)
    (case_id,) = cases_of(session)
    work()
    send(seeker, seeker.get("/talk"), "/talk", text=f"{WORDS} again")
    assert seeker.post("/talk", data={"text": WORDS * 30_000}).status_code == 413
    assert send(seeker, seeker.get("/talk"), "/talk", text=f"it is {words}").status_code == 400
    for wrong in (words.rpartition(" ")[0][:9], "not a code", "9" * 21):
        stranger = browser(app, "stranger")
        stranger.post("/return", data={"code": wrong})
        stranger.post("/talk", data={"text": "x"})
        assert stranger.get("/talk").status_code != 500
    again = browser(app, "seeker")
    assert send(again, again.get("/return"), "/return", code=words).status_code == 303
    assert staff["reader"].post(f"/desk/cases/{case_id}/claim").status_code == 303
    look_around(staff, [case_id])
    readers = ("seeker", "reader")
    must_be_nowhere(watch, caplog, WORDS, NAME, readers=readers)
    must_be_nowhere(watch, caplog, words, words.replace(" ", "-"), readers=("seeker",))


@pytest.mark.parametrize(
    "table", ["message", "inbound_text", "outbox_message", "support_case", "contact_point", "pulse"]
)
def test_a_broken_database_quotes_nobody(
    app: Flask,
    watch: Watch,
    staff: dict[str, FlaskClient],
    gateway: BrokenNetwork,
    work: Callable[[], int],
    session: Session,
    caplog: pytest.LogCaptureFixture,
    table: str,
) -> None:
    seeker = browser(app, "seeker")
    asked(seeker, language="en", words="Hello", safe="1")
    (case_id,) = cases_of(session)
    staff["reader"].post(f"/desk/cases/{case_id}/claim")
    talk, form = seeker.get("/talk"), {"MessageSid": "SM1", "From": NUMBER, "To": LINE}
    form["Body"] = WORDS
    signature = RequestValidator("token").compute_signature(URL, form)
    with renamed(app, table):
        answers = [
            send(seeker, talk, "/talk", text=WORDS).status_code,
            staff["reader"].post(f"/desk/cases/{case_id}/say", data={"text": WORDS}).status_code,
            browser(app, "network")
            .post("/sms/twilio", data=form, headers={"X-Twilio-Signature": signature})
            .status_code,
        ]
        if answers[2] == 200:
            with suppress(DBAPIError):  # this thread's; the worker's own loop notes its class
                work()
    assert any(each.levelno == logging.ERROR for each in caplog.records), "nothing was tried"
    must_be_nowhere(watch, caplog, WORDS, readers=("seeker", "reader"))  # who typed it keeps it


def test_a_webhook_that_is_not_the_providers_is_refused_without_its_words(
    app: Flask, watch: Watch, make: Make, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    make.line(number=LINE)
    session.commit()
    form = {"MessageSid": "SM2", "From": NUMBER, "To": LINE, "Body": WORDS}
    client = browser(app, "network")

    assert client.post("/sms/twilio", data=form).status_code == 403
    assert client.post("/sms/twilio", data=f"Body={WORDS}%ff").status_code in (400, 403, 415)
    assert client.post("/sms/android", json={"payload": form}).status_code in (400, 401, 403, 404)
    must_be_nowhere(watch, caplog, WORDS, readers=())
