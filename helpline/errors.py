"""What helpline's rules refuse. Each has a stable `code`; the doors give it words."""

from scheduling.errors import Refused


class NotYours(Refused):
    """There is no such thing, or it is somebody else's: told the same way, as a 404."""

    code = "not_yours"


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
