"""The only place that writes iCalendar (RFC 5545, 7986; invitations: 5546). Pure: bytes from facts.

`calendar` writes a feed or a file, `invitation` one message to one person, `vtimezone` the clock of
a zone. What programs are known to read differently is refused (`Unwritable`) instead of written.
"""

from scheduling.ical.entry import Classification, Entry, Status, Transparency, Unwritable, Why
from scheduling.ical.series import starts
from scheduling.ical.writing import Address, Method, calendar, invitation
from scheduling.ical.zone import vtimezone

__all__ = [
    "Address",
    "Classification",
    "Entry",
    "Method",
    "Status",
    "Transparency",
    "Unwritable",
    "Why",
    "calendar",
    "invitation",
    "starts",
    "vtimezone",
]
