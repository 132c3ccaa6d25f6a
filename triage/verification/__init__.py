"""What shows that the rules are right: lint, stories, coverage, mutation, proof, differences, evaluation, safety."""
