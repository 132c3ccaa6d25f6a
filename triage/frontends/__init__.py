"""Where a person sits: a terminal."""
