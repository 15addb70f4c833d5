"""What is known about one text besides its words."""

from dataclasses import dataclass

from helpline.i18n import N_


@dataclass(frozen=True, slots=True)
class Wording:
    """One text.

    message: the English sentence, `%(name)s` for facts. parts: how many messages it may cost at
    most, in every complete language. neutral: may be read by a stranger; only such texts go to
    somebody who asked to be reached on the web only. any_hour: quiet hours do not hold it (never
    the safe window). despite_stop, despite_flag: said even to a number that said stop, or one
    with a limit on it. proves: goes to a number that nobody confirmed yet. subject: of the mail.
    """

    message: str
    parts: int = 1
    neutral: bool = False
    any_hour: bool = False
    despite_stop: bool = False
    despite_flag: bool = False
    proves: bool = False
    written_by_a_human: bool = False
    subject: str = N_("A message for you")
