"""Conversation: the messages of a case, and the relay between two people both ways."""

from helpline.conversation.message import Dialog, Direction, Draft, Message
from helpline.conversation.relay import (
    LONGEST,
    draft_of,
    forget_draft,
    hear,
    holds_code,
    keep_draft,
    say,
)
from helpline.conversation.thread import Said, seen_by_counsellor, seen_by_seeker, thread, unseen

__all__ = [
    "LONGEST",
    "Dialog",
    "Direction",
    "Draft",
    "Message",
    "Said",
    "draft_of",
    "forget_draft",
    "hear",
    "holds_code",
    "keep_draft",
    "say",
    "seen_by_counsellor",
    "seen_by_seeker",
    "thread",
    "unseen",
]
