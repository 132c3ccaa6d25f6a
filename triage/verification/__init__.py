"""What shows that the rules are right: lint, stories, mutation, proof, evaluation, safety."""
