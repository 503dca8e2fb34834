"""Runs any BPMN case and has never heard of students: cases, tasks, clocks, journal, keys, the database.

The public names live in the modules: `engine.cases` is the one write path, `engine.registry` is what a domain
hands in, `engine.transactions` opens and closes the transaction, `engine.errors` is what can go wrong.
"""
