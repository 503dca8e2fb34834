"""What people are told and when: reminders before and after a due day, the notices of each person, e-mail."""
