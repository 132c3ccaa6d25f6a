"""`rules/` -> Knowledge: read, compiled, signed."""
