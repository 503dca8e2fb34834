"""A school's student list, read from a sheet, compared with what is stored, then taken over."""
