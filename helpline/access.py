"""The only way a door gets somebody's data: `access_*` takes who asks, and gives or refuses.

Somebody else's object is refused exactly as one that does not exist (DESIGN rule 5).
"""
