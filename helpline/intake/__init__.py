"""Intake: how somebody's first words become a case."""
