"""The engine, tested with a library loan: it has never heard of students."""
