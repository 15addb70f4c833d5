"""What we say: every text and mail, by kind, with what must hold for it.

The English sentence is the key of the catalogues. Rules that a test checks: whole answers are
digits (0 a human, 9 stop, 1 yes, 2 no), never words that carriers take for themselves; no links to
people asking; what is `neutral` never tells a stranger who reads the screen what this is about;
no more than `parts` messages in any complete language, with facts of usual length.
"""

from collections.abc import Mapping
from functools import lru_cache

from helpline.i18n import N_, closest, gettext
from helpline.messaging.texts_staff import STAFF
from helpline.messaging.wording import Wording

HUMAN = "reply"  # a human's own words, as they are

SEEKER: dict[str, Wording] = {
    # --- the first questions ---
    "ask_language": Wording(
        N_("Hello. Which language? %(menu)s. Answer with the number. 0 a human, 9 stop"), parts=2
    ),
    "welcome": Wording(
        N_(
            "Hello, we are people who listen. What you write is read by our team only."
            " You can write at any time: 0 for a human, 9 to stop."
        )
    ),
    "ask_safe": Wording(
        N_("Is it safe to text you here? 1 yes, 2 no, 3 only at some hours. 0 a human, 9 stop")
    ),
    "ask_hours": Wording(
        N_("Between which hours may we text you? Answer like 18-21. 2 any hour, 0 a human, 9 stop")
    ),
    "ask_topic": Wording(N_("What is it about? %(menu)s. 0 a human, 9 stop"), parts=2),
    "ask_word": Wording(
        N_(
            "What may we call you? Choose any word, not your real name."
            " 2 to go on without. 0 a human, 9 stop"
        )
    ),
    "ask_story": Wording(
        N_("In your own words: what is on your mind? 2 to wait for a human. 0 a human, 9 stop")
    ),
    "ask_safe_word": Wording(
        N_(
            "Choose a word only you know. After a long silence we ask for it before we go on."
            " 2 to go on without. 0 a human, 9 stop"
        )
    ),
    "not_understood": Wording(N_("Sorry, we did not understand that. Once more:")),
    "human_comes": Wording(N_("Thank you. A human will read this and write to you here.")),
    "safe_not": Wording(
        N_("We will not text you here. Write again when it is safe. In danger, call %(emergency)s.")
    ),
    # --- waiting ---
    "received": Wording(N_("We have your message. A human will read it.")),
    "place": Wording(N_("You are number %(place)s in line. We write to you here. 9 to stop")),
    "place_and_wait": Wording(
        N_(
            "You are number %(place)s in line. It may take %(low)s to %(high)s."
            " We write to you here. 9 to stop"
        )
    ),
    "place_later": Wording(
        N_(
            "We are sorry: it takes longer than we said. You are number %(place)s in line."
            " We write to you here. 9 to stop"
        ),
        parts=2,
    ),
    "nobody_on": Wording(
        N_(
            "Nobody can answer right now. Somebody is here from %(when)s, your time. You keep your"
            " place in line. In danger, call %(emergency)s. 9 to stop"
        ),
        parts=2,
    ),
    "nobody_known": Wording(
        N_(
            "Nobody can answer right now, and we do not know yet when somebody can. You keep your"
            " place in line. In danger, call %(emergency)s. 9 to stop"
        ),
        parts=2,
    ),
    "choose": Wording(N_("How shall we go on? %(menu)s. 0 a human, 9 stop"), parts=2),
    "choose_again": Wording(
        N_("That is not possible any more. %(menu)s. 0 a human, 9 stop"), parts=2
    ),
    "chosen": Wording(
        N_(
            "Noted: %(choice)s. To change it, send another number, or hours like 18-21."
            " 0 a human, 9 stop"
        ),
        parts=2,
    ),
    "promise_broken": Wording(
        N_(
            "We are sorry: nobody can be here at the hour we told you. You keep your place in line."
            " In danger, call %(emergency)s. 9 to stop"
        ),
        parts=2,
    ),
    "resources": Wording(
        N_(
            "You matter. If you are in danger now, call %(emergency)s."
            " We read what you write, and a human will answer you here."
        ),
        despite_flag=True,
        any_hour=True,
    ),
    "reminder": Wording(
        N_("Hello. You can go on here whenever you like. 9 for no more messages"), neutral=True
    ),
    "declined": Wording(
        N_(
            "We are sorry: we are not the right people for this."
            " In danger, call %(emergency)s. You may write again at any time."
        ),
        parts=2,
    ),
    # --- the conversation ---
    "claimed": Wording(N_("%(name)s has read what you wrote and answers you here now.")),
    HUMAN: Wording("%(body)s", parts=10, written_by_a_human=True),
    "new_counsellor": Wording(
        N_("%(name)s goes on with you now, and has a note: you need not tell it all again.")
    ),
    "handed_back": Wording(
        N_("Your conversation goes on with somebody else soon. You need not tell it all again.")
    ),
    "answer_waiting": Wording(
        N_("There is an answer for you."), subject=N_("A message for you"), neutral=True
    ),
    "code_refused": Wording(
        N_("Your message held your secret words, so we did not keep it. Please write it without.")
    ),
    "check_safe_word": Wording(N_("Before we go on: which word did you choose?"), neutral=True),
    "safe_word_wrong": Wording(
        N_("That is not the word. You can start anew by writing 1, or try again."), neutral=True
    ),
    "confirm_number": Wording(
        N_("Your number is %(code)s. If you did not ask for it, do nothing."), neutral=True
    ),
    "joined": Wording(N_("Done. Both go on together now."), neutral=True),
    # --- the end ---
    "closing": Wording(
        N_("Thank you for talking with us. You may write here again at any time. Take care.")
    ),
    "left_line": Wording(
        N_("You have left the line. You may write again at any time."), despite_stop=True
    ),
    "ended": Wording(
        N_(
            "We end this conversation now and do not answer here until %(until)s."
            " In danger, call %(emergency)s."
        ),
        despite_flag=True,
        parts=2,
    ),
    "erased": Wording(N_("Done. Everything is erased."), neutral=True),
    # --- words that carriers and people expect ---
    "stopped": Wording(
        N_("You will get no more messages from us. Write 1 to start again."),
        neutral=True,
        despite_stop=True,
        despite_flag=True,
    ),
    "ask_stop": Wording(
        N_("Do you want no more messages from us at all? Answer 1 to stop them."), neutral=True
    ),
    "started": Wording(
        N_("You get messages from us again. 0 for a human, 9 to stop"), neutral=True
    ),
    "help": Wording(
        N_(
            "Write here and a human will answer. It costs what a text costs. 0 for a human now,"
            " 9 to stop. In danger, call %(emergency)s."
        ),
        despite_stop=True,
        despite_flag=True,
    ),
}

TEXTS: dict[str, Wording] = SEEKER | STAFF


def render(kind: str, language: str, facts: Mapping[str, str]) -> str:
    """The text in the reader's language; English when theirs is not among the offered ones.

    Raises:
        KeyError: no such text, or a fact is missing. A fact that is not used is not minded.

    >>> render("place", "en", {"place": "2"})
    'You are number 2 in line. We write to you here. 9 to stop'
    """
    wording = TEXTS[kind]
    if wording.written_by_a_human:
        return facts["body"]
    return gettext(written_in(language))(wording.message, **facts)


def subject(kind: str, language: str) -> str:
    """The subject of a mail: neutral, the same for whatever it is about."""
    return gettext(written_in(language))(TEXTS[kind].subject)


@lru_cache(maxsize=256)
def written_in(language: str) -> str:
    """The language we really write in to a reader of `language`.

    >>> written_in("zh-SG"), written_in("sw")
    ('zh-Hans', 'en')
    """
    return closest(language) or "en"
