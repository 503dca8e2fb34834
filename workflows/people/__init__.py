"""The people: students, members of the Party by date, users and the positions they hold."""
