"""The rules on experta."""
