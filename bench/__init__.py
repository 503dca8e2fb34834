"""`make bench`: our engine against plain SpiffWorkflow with its JSON serializer, ratios in one run."""
