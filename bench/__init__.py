"""`make bench`: our engine against plain SpiffWorkflow, and the desk of a large province under a clock."""
