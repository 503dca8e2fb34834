"""The tests mirror the rooms; names are sentences, databases are real, time is an argument."""
