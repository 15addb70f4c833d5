"""Cases: open, review, wait, offer, claim, hand over, wrap up, close. Each move is an event."""

from helpline.cases.case import (
    IN_LINE,
    MOVES,
    OPEN,
    URGENCY,
    WITH_COUNSELLOR,
    Case,
    CaseEvent,
    CaseState,
    Note,
    Risk,
)
from helpline.cases.claims import claim, load
from helpline.cases.offer import Handover, HandoverState, Offer, OfferState, RoutingDecision
from helpline.cases.pipeline import (
    answered,
    ask_to_route,
    enter_line,
    events_of,
    heard,
    move,
    open_case,
    open_case_of,
    record,
    to_line,
)

__all__ = [
    "IN_LINE",
    "MOVES",
    "OPEN",
    "URGENCY",
    "WITH_COUNSELLOR",
    "Case",
    "CaseEvent",
    "CaseState",
    "Handover",
    "HandoverState",
    "Note",
    "Offer",
    "OfferState",
    "Risk",
    "RoutingDecision",
    "answered",
    "ask_to_route",
    "claim",
    "enter_line",
    "events_of",
    "heard",
    "load",
    "move",
    "open_case",
    "open_case_of",
    "record",
    "to_line",
]
