"""The worker: does what is due, again and again. Its loop is a door like any view.

Jobs run in the transaction of their effects; texts and mails leave through sixteen threads.
"""

from helpline.worker.loop import run_forever
from helpline.worker.once import run_due

__all__ = ["run_due", "run_forever"]
