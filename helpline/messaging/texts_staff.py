"""What those who answer are told away from the desk: neutral, no names, no links."""

from helpline.i18n import N_
from helpline.messaging.wording import Wording


def _to_staff(message: str) -> Wording:
    """Sent in a shift only, whatever the hour; fit for a locked screen that others see."""
    return Wording(message, neutral=True, any_hour=True)


STAFF: dict[str, Wording] = {
    "offer_waiting": _to_staff(N_("Something is waiting for you until %(until)s.")),
    "attention": _to_staff(N_("Something needs your eyes now. Please look.")),
    "review_waiting": _to_staff(N_("Something is waiting to be read by you.")),
    "handover_proposed": _to_staff(N_("A colleague asks you to take something over.")),
    "handover_refused": _to_staff(N_("Your colleague cannot take it over right now.")),
    "case_given": _to_staff(N_("Something was given to you. Please look.")),
    "case_returned": _to_staff(N_("Something came back to you. Please look.")),
    "colleague_talk": _to_staff(N_("A colleague would like to talk with you. Please look.")),
    "joined_elsewhere": _to_staff(N_("Something you had goes on with a colleague now.")),
    "answer_came": _to_staff(N_("Somebody has answered you.")),
    "nobody_took_it": _to_staff(N_("Nobody has taken what is waiting. Please look.")),
    "promise_at_risk": _to_staff(N_("An hour we promised may not be kept. Please look.")),
    "overdue": _to_staff(N_("Something has waited past its limit. Please look.")),
    "phone_code": Wording(
        N_("Your code is %(code)s. If you did not ask for it, do nothing."),
        neutral=True,
        any_hour=True,
        proves=True,
    ),
}
