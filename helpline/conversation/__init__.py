"""Conversation: which case a text continues, and the relay between two people both ways."""

from helpline.conversation.message import Dialog, Direction, Draft, Message

__all__ = ["Dialog", "Direction", "Draft", "Message"]
