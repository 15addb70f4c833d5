"""What helpline's rules refuse. Each has a stable `code`; the doors give it words."""

from scheduling.errors import Refused


class NotYours(Refused):
    """There is no such thing, or it is somebody else's: told the same way, as a 404."""

    code = "not_yours"

    def __init__(self, *, who: str | None = None, kind: str = "", object_id: str = "") -> None:
        """With `who`, the door writes an audit line: that person reached for an existing object."""
        super().__init__(kind)
        self.who, self.kind, self.object_id = who, kind, object_id


class NoSuchCase(NotYours):
    code = "no_such_case"


class CaseTaken(Refused):
    """A colleague was first."""

    code = "case_taken"


class WrongMove(Refused):
    """The case is not in a state from which this is possible any more."""

    code = "wrong_move"


class AtCapacity(Refused):
    """The counsellor already carries as many as they may."""

    code = "at_capacity"


class EmptyMessage(Refused):
    """Nothing was written."""

    code = "empty_message"


class MessageTooLong(Refused):
    """Longer than a text may be: (how long it is, how long it may be)."""

    code = "message_too_long"


class CodeInMessage(Refused):
    """The message holds the person's return code: whoever reads it could come in with it."""

    code = "code_in_message"


class CannotBeTexted(Refused):
    """The person is reached by text only, and their number said stop or cannot be reached."""

    code = "cannot_be_texted"


class NotACounsellor(Refused):
    """Only counsellors take people on (coordinators any; leads and stand-ins their team's)."""

    code = "not_a_counsellor"


class NotThereNow(Refused):
    """Who takes somebody on must be on shift and not pausing."""

    code = "not_there_now"
