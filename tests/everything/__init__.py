"""`make test`: everything the project can check here, and a word on what it could not."""
