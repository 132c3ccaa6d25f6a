"""Triage of pain in the lower leg, ankle and foot by rules that a clinician can read."""

__version__ = "1.0.0"
