"""Sealing, look-up by keyed hash, return codes: what keeps people's data theirs."""
