"""Saying things: the outbox remembers them, the gate decides when, a gateway says them."""
