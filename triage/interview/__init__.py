"""Which question comes next, what it is worth, and what free text means."""
