"""The admission of one student, from nomination to official member: steps, forms, acts and their records."""
