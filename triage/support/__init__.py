"""Text, strict YAML, atomic and private files, errors, signals: of use anywhere."""
