"""What the views of the desk share: the blueprint, and moments as staff read them."""

from datetime import datetime

from flask import Blueprint

from helpline import i18n

bp = Blueprint("desk", __name__)


def hour(moment: datetime, zone: str) -> str:
    """An hour of today or nearly so, never without its zone: "19:00 UTC+8"."""
    return f"{i18n.clock(moment, zone)} {i18n.offset(moment, zone)}"
