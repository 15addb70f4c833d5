"""Erasing everything somebody told us, at once, by themselves and without anybody's help.

What remains of a case is a bare row, so that counts stay true: no words, no names, no numbers, no
way to reach anybody. SQLite overwrites what is deleted (`secure_delete`); its log still holds the
old pages until it is emptied, which the door asks for after the commit (`helpline.db.settle`).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseEvent, Handover, Note, WaitChoice
from helpline.conversation import Dialog, Draft, Message
from helpline.messaging.inbound import InboundText
from helpline.messaging.outbox import FINAL, OutboxMessage, OutboxState
from helpline.people import (
    ContactFlag,
    ContactPoint,
    JoiningNumber,
    Person,
    ReturnCode,
    SafeContact,
    Visit,
)
from helpline.privacy import audit

NOBODY = bytes(32)  # the sender of a text whose sender asked to be forgotten


def erase(session: Session, person: Person, *, now: datetime) -> None:
    """Erase a person asking: their words, notes about them, numbers, names, code and visits.

    Whoever was talking with them sees that the case was erased, and nothing of it any more.
    """
    found = session.scalars(select(Case).where(Case.seeker_id == person.id)).all()
    for case in found:
        cases.close_for_erasure(session, case, now=now)
    _empty_cases(session, [case.id for case in found])
    _empty_outbox(session, person.id, now)
    _forget_ways(session, person.id, now)
    person.alias, person.codename, person.age_band = "", "", ""
    person.zone, person.zone_is_guess = "UTC", True
    audit.note(
        session, act="erased", kind="person", object_id=person.id, actor_id=person.id, now=now
    )
    session.flush()
    session.expire_all()  # nothing of it stays in memory either


def _empty_cases(session: Session, case_ids: Sequence[str]) -> None:
    """Words, notes and choices go; the cases lose what they were about."""
    for model in (Message, Draft, Note, Handover, WaitChoice):
        session.execute(
            delete(model)
            .where(model.case_id.in_(case_ids))
            .execution_options(synchronize_session=False)
        )
    session.execute(
        update(CaseEvent)
        .where(CaseEvent.case_id.in_(case_ids))
        .values(facts="{}")
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Case)
        .where(Case.id.in_(case_ids))
        .values(topic="", attention_at=None, accepts="", gender_wish="", age_wish="")
        .execution_options(synchronize_session=False)
    )


def _empty_outbox(session: Session, person_id: str, now: datetime) -> None:
    """What waits is not sent; what was sent, or is being sent this moment, loses its words."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.to_id == person_id, OutboxMessage.state.not_in(FINAL))
        .values(state=OutboxState.SUPPRESSED, held_for="erased", in_flight=False, settled_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.to_id == person_id)
        .values(
            facts_sealed=None,
            words_sealed=None,
            lane=session.info["keyring"].blind(person_id, purpose="nowhere"),
            contact_point_id=None,
            provider_id=None,
        )
        .execution_options(synchronize_session=False)
    )


def _forget_ways(session: Session, person_id: str, now: datetime) -> None:
    """Numbers, addresses and the texts that came from them, the code, every open page."""
    senders = select(ContactPoint.address_index).where(ContactPoint.person_id == person_id)
    # The bare row stays: without its provider id, catching up would fetch the text once more.
    nothing = dict.fromkeys(("sender_sealed", "to_sealed", "body_sealed"))
    session.execute(
        update(InboundText)
        .where(InboundText.sender_index.in_(senders))
        .values(**nothing, sender_index=NOBODY, processed_at=now)
        .execution_options(synchronize_session=False)
    )
    _keep_stops(session, person_id)
    for model in (ContactFlag, SafeContact, ReturnCode, JoiningNumber, Visit):
        session.execute(
            delete(model)
            .where(model.person_id == person_id)
            .execution_options(synchronize_session=False)
        )


def _keep_stops(session: Session, person_id: str) -> None:
    """Numbers go; of one that said STOP the keyed hash stays, so that it is never texted again.

    A later text from it begins as a new person's (`helpline.intake.texting`).
    """
    theirs = ContactPoint.person_id == person_id
    points = select(ContactPoint.id).where(theirs)
    bare = {"address_sealed": None, "line_number_sealed": None, "country": "", "heard_at": None}
    for statement in (
        delete(Dialog).where(Dialog.contact_point_id.in_(points)),
        delete(ContactPoint).where(theirs, ContactPoint.opted_out_at.is_(None)),
        update(ContactPoint).where(theirs).values(**bare),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
