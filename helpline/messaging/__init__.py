"""Saying things: the outbox remembers what must be said, the gate decides when, a gateway says it."""
