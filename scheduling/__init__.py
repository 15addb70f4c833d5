"""When: who has promised to be there, shifts, group sessions and their calendars.

This package knows times, zones and the ids of people. It knows nothing of helplines, of Flask or
of text messages: `helpline` asks it questions, it never asks back. Its tables point at tables
called `person` and `team`, which `helpline.people` provides. Kept empty on purpose, like
`helpline`: importing one room must not drag the others in.
"""
