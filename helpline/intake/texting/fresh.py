"""What our questions say is looked at again when it leaves: a safe window may have held it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState
from helpline.conversation import Dialog
from helpline.i18n import duration
from helpline.messaging import outbox
from helpline.messaging.outbox import OutboxMessage
from helpline.messaging.texts import written_in
from helpline.people import Person

Facts = Mapping[str, str]
AT_ONCE = timedelta(minutes=1)  # what leaves so soon is not reckoned twice


@outbox.fresh_facts("place")
@outbox.fresh_facts("place_and_wait")
def place(session: Session, row: OutboxMessage, now: datetime) -> Facts | None:
    """Where they stand now; a time only where one is known now."""
    if not row.held_for and now - row.created_at <= AT_ONCE:
        return {}
    case = session.get(Case, row.case_id, populate_existing=True) if row.case_id else None
    found = cases.place(session, case, now=now) if case else None
    if found is None or not found.number or not found.is_staffed:
        return None
    facts = {"place": str(found.number)}
    if found.low is None or found.high is None:
        row.kind = "place"
        return facts
    language = written_in(session.get_one(Person, row.to_id).language)
    return facts | {"low": duration(found.low, language), "high": duration(found.high, language)}


@outbox.fresh_facts("reminder")
def reminder(session: Session, row: OutboxMessage, now: datetime) -> Facts | None:
    """Only while that same question stands unanswered."""
    dialog = session.get(Dialog, row.contact_point_id) if row.contact_point_id else None
    if dialog is None or not dialog.step:
        return None
    asked = (row.dedupe_key or "").partition("|")[0].split(":", 2)[2]
    if datetime.fromisoformat(asked) != dialog.asked_at:
        return None
    case = session.get(Case, row.case_id, populate_existing=True) if row.case_id else None
    return None if case is not None and case.state is not CaseState.INTAKE else {}
