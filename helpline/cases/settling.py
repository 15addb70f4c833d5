"""What becomes of a choice: kept, broken, chosen anew, or no longer needed. At most one is open."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpline.cases.case import Case
from helpline.cases.choice import ChoiceState, WaitChoice
from helpline.cases.pipeline import record
from helpline.messaging import outbox


def open_choice(session: Session, case_id: str) -> WaitChoice | None:
    """The choice that stands, if any."""
    return session.scalar(
        select(WaitChoice)
        .where(WaitChoice.case_id == case_id, WaitChoice.state == ChoiceState.OPEN)
        .execution_options(populate_existing=True)
    )


def last_choice(session: Session, case: Case) -> WaitChoice | None:
    """The newest of this wait, whatever became of it."""
    return session.scalar(
        select(WaitChoice)
        .where(
            WaitChoice.case_id == case.id,
            WaitChoice.chosen_at >= (case.waiting_since or case.opened_at),
        )
        .order_by(WaitChoice.chosen_at.desc(), WaitChoice.state != ChoiceState.OPEN)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def settle(session: Session, case: Case, state: ChoiceState, *, now: datetime) -> WaitChoice | None:
    """End the choice that stands, in one UPDATE, and take back what was to be asked about it.

    The choice, or None where none stood: of two who settle it one does.
    """
    outbox.withdraw(session, f"case:{case.id}:choose", now=now)
    outbox.withdraw(session, f"case:{case.id}:promise_broken", now=now)
    session.flush()
    settled = session.scalar(
        update(WaitChoice)
        .where(WaitChoice.case_id == case.id, WaitChoice.state == ChoiceState.OPEN)
        .values(state=state, settled_at=now)
        .returning(WaitChoice)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    if settled is not None and state is not ChoiceState.REPLACED:
        facts = {"kind": settled.kind.value}
        record(session, case, "choice", now=now, reason=state.value, facts=facts)
    return settled


def forget_wishes(case: Case) -> None:
    """The wait is over: another one begins with their own language again."""
    case.accepts, case.not_before = "", None
