"""The one kind of error that is an answer, not a bug."""


class Refused(Exception):
    """The rules say no. Caught at the door and told to the person who asked.

    Subclasses set `code`, a stable machine name: the web door turns it into a status and a
    translated sentence, the SMS door into a reply. A rule never knows how it will be told.
    """

    code = "refused"
