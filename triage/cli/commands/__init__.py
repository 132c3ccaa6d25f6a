"""One module a command: `add_arguments(parser)` says what it takes, `run(options)` does it and returns a code."""
