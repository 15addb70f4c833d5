"""What is written about people is sealed to its place, and opens only with our keys."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from helpline.db import engine_options, engine_url
from helpline.people import ContactPoint, Person
from helpline.privacy.sealing import CannotOpen, Keyring, new_key
from scheduling.base import new_id
from tests.conftest import KEYRING
from tests.make import Make

PLACE = {"table": "message", "column": "body_sealed", "row": "r1"}


def test_what_is_sealed_opens_in_its_place() -> None:
    assert KEYRING.open(KEYRING.seal("ကျွန်မ 你好", **PLACE), **PLACE) == "ကျွန်မ 你好"


@pytest.mark.parametrize("elsewhere", [{"table": "note"}, {"column": "x"}, {"row": "r2"}])
def test_it_does_not_open_anywhere_else(elsewhere: dict[str, str]) -> None:
    sealed = KEYRING.seal("secret", **PLACE)

    with pytest.raises(CannotOpen):
        KEYRING.open(sealed, **{**PLACE, **elsewhere})


def test_altered_bytes_do_not_open() -> None:
    sealed = bytearray(KEYRING.seal("secret", **PLACE))
    sealed[-1] ^= 1

    with pytest.raises(CannotOpen, match="altered"):
        KEYRING.open(bytes(sealed), **PLACE)


def test_an_older_key_still_opens_and_the_first_one_seals() -> None:
    old = Keyring(data=[new_key()], index=new_key(), audit=new_key())
    both = replace(old, data=[new_key(), *old.data])
    sealed = old.seal("secret", **PLACE)

    assert both.open(sealed, **PLACE) == "secret"
    with pytest.raises(CannotOpen, match="key this instance does not have"):
        old.open(both.seal("new", **PLACE), **PLACE)


def test_a_key_ring_shows_nothing() -> None:
    assert "b'" not in repr(KEYRING)


def test_a_row_keeps_its_text_across_sessions_and_in_place_changes(
    session: Session, make: Make
) -> None:
    person = make.seeker(phone="+60123456789")
    person.alias = "Mawar"
    session.commit()
    session.expire_all()
    assert person.alias == "Mawar"
    person.alias = "Melur"
    session.commit()
    session.expire_all()

    assert session.get_one(Person, person.id).alias == "Melur"


def test_an_emptied_text_is_no_bytes_at_all(session: Session, make: Make) -> None:
    person = make.seeker()
    person.alias = "Mawar"
    session.commit()
    person.alias = ""
    session.commit()

    assert session.scalar(text("SELECT alias_sealed FROM person")) is None


def test_a_value_copied_to_another_row_does_not_open(session: Session, make: Make) -> None:
    one, other = make.seeker(phone="+60123456789"), make.seeker(phone="+60123456780")
    session.commit()
    session.execute(
        text(
            "UPDATE contact_point SET address_sealed = (SELECT address_sealed FROM contact_point"
            " WHERE person_id = :one) WHERE person_id = :other"
        ),
        {"one": one.id, "other": other.id},
    )
    session.commit()
    point = session.query(ContactPoint).filter_by(person_id=other.id).one()

    with pytest.raises(CannotOpen):
        _ = point.address


def test_a_session_without_keys_reads_nothing(
    database_url: str, session: Session, make: Make
) -> None:
    make.phone(make.seeker(phone=None), "+60123456789")
    session.commit()
    engine = create_engine(engine_url(database_url), **engine_options(database_url))
    with Session(engine) as bare, pytest.raises(RuntimeError, match="has the keys"):
        _ = bare.query(ContactPoint).first().address  # type: ignore[union-attr]  # there is one
    engine.dispose()


@pytest.mark.sqlite
def test_the_file_holds_no_number_name_or_word(
    tmp_path: Path, session: Session, make: Make
) -> None:
    person = make.seeker(phone="+60123456789")
    person.alias = "Sentinel-Mawar"
    session.commit()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("test.sqlite*"))

    assert b"Sentinel" not in kept
    assert b"60123456789" not in kept
    assert b"123456789" not in kept


def test_the_same_number_is_found_again_and_tells_nothing() -> None:
    index = KEYRING.blind("+60123456789", purpose="phone")

    assert index == KEYRING.blind("+60123456789", purpose="phone")
    assert index != KEYRING.blind("+60123456789", purpose="email")
    assert len(index) == 32


def test_ids_are_random_and_spell_nothing() -> None:
    made = {new_id() for _ in range(1000)}

    assert len(made) == 1000
    assert not set("aeiou01l") & set("".join(made))
