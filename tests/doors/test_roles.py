"""Every door against the matrix that ships: who gets in, who is sent to sign in, who is refused."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from helpline.conversation import Message
from helpline.models import ALL_TABLES
from helpline.people import LoginSession, Person, Place, Role
from helpline.privacy.audit import AuditEntry
from helpline.web import matrix
from helpline.web.csrf import SAFE
from helpline.web.matrix import ROLES, Cell
from tests.doors.seeking import asked
from tests.make import Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
HOUSEKEEPING = {"audit_entry", "login_session", "known_device", "throttle"}


def doors(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every endpoint, method and path there is."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & METHODS):
            yield rule.endpoint, method, rule.rule


def address(app: Flask, endpoint: str, method: str, part: str = "1") -> str:
    """The door's address, with `part` for every part of it that varies."""
    names: set[str] = set().union(*(rule.arguments for rule in app.url_map.iter_rules(endpoint)))
    with app.test_request_context() as context:
        adapter = context.url_adapter
        assert adapter is not None
        return adapter.build(endpoint, dict.fromkeys(names, part), method=method)


def somebody(make: Make, role: str) -> Person:
    """A person who is this and nothing else: a lead's only column is "lead"."""
    if role == "lead":
        return make.counsellor(roles=(), team=make.team(), place=Place.STAND_IN)
    return make.counsellor(roles=(Role(role),))


def outcome(answer: TestResponse, *, is_public: bool = False) -> str:
    """What a browser was told about the door itself; a public one's 401, 403, 404 are its own."""
    if (answer.location or "").startswith("/sign-in?next="):
        return "sign in"
    if is_public:
        return "in"
    return {401: "sign in", 403: "denied", 404: "hidden"}.get(answer.status_code, "in")


def expected(cell: Cell) -> set[str]:
    """A door that is open may still find nothing behind it: no object is called 1."""
    return {
        Cell.ALLOW: {"in", "hidden"},
        Cell.OWN: {"in", "hidden"},
        Cell.DENY: {"denied"},
        Cell.HIDE: {"hidden"},
    }[cell]


def test_every_door_is_in_the_matrix_and_nothing_else_is(app: Flask) -> None:
    listed = matrix.rows().keys()

    assert {(endpoint, method) for endpoint, method, _ in doors(app)} == set(listed)


def test_the_matrix_names_the_addresses_as_they_are(app: Flask) -> None:
    there = {(endpoint, method, path) for endpoint, method, path in doors(app)}

    assert there == {(*key, path) for key, path in matrix.paths().items()}


@pytest.mark.parametrize("role", ROLES)
def test_every_door_answers_each_role_as_the_matrix_says(
    app: Flask, session: Session, make: Make, sign_in: SignIn, role: str
) -> None:
    person, client = somebody(make, role), app.test_client()
    session.commit()
    wrong = []
    for endpoint, method, path in doors(app):
        row = matrix.rows()[endpoint, method]
        if client.get_cookie("staff") is None:  # at first, and after the door that signs out
            sign_in(client, person)
        answer = client.open(address(app, endpoint, method), method=method)
        allowed = {"in"} if matrix.is_public(row) else expected(row[role])
        told = outcome(answer, is_public=matrix.is_public(row))
        if told not in allowed or answer.status_code >= 500:
            wrong.append(f"{method} {path}: {row[role]}, but {answer.status_code}")

    assert wrong == []


def test_who_is_not_signed_in_gets_through_no_door_that_is_not_open_to_anyone(app: Flask) -> None:
    wrong = []
    for endpoint, method, path in doors(app):
        row = matrix.rows()[endpoint, method]
        if matrix.is_public(row):
            continue
        answer = app.test_client().open(address(app, endpoint, method), method=method)
        if outcome(answer) != "sign in":
            wrong.append(f"{method} {path}: {answer.status_code}")

    assert wrong == []


def test_no_unsafe_door_is_entered_without_a_forms_token(
    app: Flask, session: Session, make: Make, sign_in: SignIn
) -> None:
    person = make.counsellor(roles=tuple(Role), team=make.team(), place=Place.LEAD)
    session.commit()
    client, entered = sign_in(app.test_client(), person), list[str]()
    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = noted(view, endpoint, entered)
    for endpoint, method, _ in doors(app):
        if method not in SAFE and not matrix.is_signed(matrix.rows()[endpoint, method]):
            client.open(address(app, endpoint, method), method=method, form_token=False)

    assert entered == []
    client.post("/sign-out")
    assert entered == ["account.sign_out"]


def noted(view: Callable[..., Any], endpoint: str, entered: list[str]) -> Callable[..., Any]:
    """The same view, which writes down that it was entered."""

    @functools.wraps(view)
    def enter(**values: Any) -> Any:
        entered.append(endpoint)
        return view(**values)

    return enter


def test_only_webhooks_do_without_a_forms_token() -> None:
    signed = [path for key, path in matrix.paths().items() if matrix.is_signed(matrix.row(*key))]

    assert signed
    assert all(path.startswith(("/sms/", "/voice/", "/video/")) for path in signed)


def test_no_door_falls_over_a_nul(
    app: Flask, session: Session, make: Make, sign_in: SignIn
) -> None:
    """PostgreSQL keeps no NUL: an address with one is of nothing, and a form is read without."""
    person = make.counsellor(roles=tuple(Role), team=make.team(), place=Place.LEAD)
    session.commit()
    client, wrong = app.test_client(), []
    for endpoint, method, path in doors(app):
        if client.get_cookie("staff") is None:
            sign_in(client, person)
        varies = "<" in path and "<int:" not in path
        there = address(app, endpoint, method, "\0") if varies else address(app, endpoint, method)
        sent = {"form_key": "\0", "case": "a\0b", "to": "\0", "text": "a\0"}
        answer = client.open(there, method=method, data=None if method == "GET" else sent)
        found = client.open(address(app, endpoint, method), method=method, query_string="case=%00")
        if answer.status_code >= 500 or (varies and answer.status_code != 404):
            wrong.append(f"{method} {path}: {answer.status_code}")
        signed = matrix.is_signed(matrix.rows()[endpoint, method])  # their query is signed, too
        if found.status_code >= 500 or (found.status_code != 404 and not signed):
            wrong.append(f"{method} {path}?case=%00: {found.status_code}")

    assert wrong == []


def test_a_message_whose_forms_key_holds_nul_arrives(
    app: Flask, session: Session, make: Make
) -> None:
    make.line()
    session.commit()
    client = app.test_client()
    asked(client)

    answer = client.post("/talk", data={"form_key": "a\0b", "text": "Hel\0lo"})

    assert answer.status_code == 303
    assert session.scalars(select(Message)).one().body == "Hello"


def test_nothing_is_changed_by_looking(
    app: Flask, session: Session, make: Make, sign_in: SignIn
) -> None:
    """But for who was active, who read what, and how often somebody knocked."""
    person = make.counsellor(roles=tuple(Role), team=make.team(), place=Place.LEAD)
    make.case(counsellor_id=None)
    session.commit()
    before = everything(session)
    client = sign_in(app.test_client(), person)
    for endpoint, method, _ in doors(app):
        if method == "GET":
            client.get(address(app, endpoint, "GET"))

    assert everything(session) == before


def test_a_door_that_nobody_listed_is_closed(
    app: Flask, session: Session, make: Make, sign_in: SignIn
) -> None:
    opened = []
    app.add_url_rule("/new", "new", lambda: opened.append(1) or "in")  # type: ignore[func-returns-value]  # for its effect
    person = make.counsellor(roles=tuple(Role))
    session.commit()

    answers = [app.test_client().get("/new"), sign_in(app.test_client(), person).get("/new")]

    assert ([answer.status_code for answer in answers], opened) == ([404, 404], [])


def test_the_most_open_of_several_roles_counts(
    app: Flask, session: Session, make: Make, sign_in: SignIn
) -> None:
    both = make.counsellor(roles=(Role.COUNSELLOR, Role.COORDINATOR))
    one = make.counsellor(roles=(Role.COUNSELLOR,))
    session.commit()

    assert sign_in(app.test_client(), both).get("/account/staff").status_code == 200
    assert sign_in(app.test_client(), one).get("/account/staff").status_code == 403


def test_somebody_elses_object_is_a_404_and_a_line_in_the_audit(
    app: Flask, session: Session, make: Make, sign_in: SignIn
) -> None:
    mei, jun = make.counsellor(alias="Mei"), make.counsellor(alias="Jun")
    mei_id = mei.id
    session.commit()
    sign_in(app.test_client(), jun)
    juns = session.scalars(select(LoginSession.id)).one()
    session.rollback()
    client = sign_in(app.test_client(), mei)

    theirs = client.post(f"/account/sessions/{juns}/end")
    nothing = client.post("/account/sessions/nothing/end")

    assert theirs.status_code == nothing.status_code == 404
    assert theirs.text.replace(juns, "nothing") == nothing.text
    line = session.scalars(select(AuditEntry).where(AuditEntry.act == "refused")).one()
    assert (line.actor_id, line.object_kind, line.object_id) == (mei_id, "login_session", juns)


def everything(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but for the housekeeping."""
    session.rollback()
    found = {
        table.name: sorted((tuple(row) for row in session.execute(table.select())), key=repr)
        for table in ALL_TABLES
        if table.name not in HOUSEKEEPING
    }
    session.rollback()
    return found
