"""Texts: whose they are, what they ask for, which conversation they continue.

`receive` is the front door: a worker calls it for a sender whose texts wait.
"""

from helpline.intake.texting import fresh as _fresh  # noqa: F401  # it registers what it knows
from helpline.intake.texting.receiving import receive
from helpline.intake.texting.resting import look_after

__all__ = ["look_after", "receive"]
