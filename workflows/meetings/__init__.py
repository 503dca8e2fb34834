"""Meetings of the bodies that vote: planned, with an agenda, held in one page, confirmed, printed."""
