"""Handing a person on: prepared, offered, answered, arrived; and who answers for the person at any moment."""
