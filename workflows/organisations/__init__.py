"""The dated tree of organisations, and who answers for a step on a day."""
