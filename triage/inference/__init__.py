"""Answers -> conclusion -> assessment, by experta or by the compiled rules."""
