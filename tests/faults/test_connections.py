"""What lies in the pool of connections, and what reading may do."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from helpline.db import read
from helpline.people import Person
from tests.make import Make


@pytest.mark.postgres
def test_a_server_that_went_away_and_came_back_costs_nobody_a_page(
    app: Flask, session: Session
) -> None:
    """Each connection that waits in the pool was ended by the server meanwhile."""
    browser: FlaskClient = app.test_client()
    assert browser.get("/readyz").status_code == 200
    ended = session.scalars(
        text(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    ).all()
    session.rollback()
    assert ended
    assert all(ended)
    assert browser.get("/readyz").status_code == 200


@pytest.mark.postgres
def test_who_only_reads_holds_no_transaction_open(app: Flask, session: Session) -> None:
    open_ones = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND state = 'idle in transaction'"
    )
    with app.app_context():
        read().scalars(select(Person)).all()
        assert session.scalar(open_ones) == 0


def test_what_is_only_read_is_never_changed_by_the_way(
    app: Flask, session: Session, make: Make
) -> None:
    person = make.seeker()
    session.commit()
    with app.app_context():
        read().get_one(Person, person.id).language = "ms"
        with pytest.raises(RuntimeError, match="outside of a transaction"):
            read().flush()
    session.rollback()
    assert session.get_one(Person, person.id).language == "en"
