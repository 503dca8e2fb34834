"""Work on many cases with one form: chosen, filled in once, tried, done case by case, reported.

Every case is done by the verbs of `workflows/admission/acts.py`, in a transaction of its own.
"""
