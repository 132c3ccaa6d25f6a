"""One talk or check-in as steps, and what a front end must do."""
