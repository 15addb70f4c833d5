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
from helpline.cases.offer import Handover, HandoverState, Offer, OfferState, RoutingDecision

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
]
