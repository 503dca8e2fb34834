"""Which papers go with a handover, by its form; and the boxes that a letter on paper passes."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

# Variant → the letter itself, in the order of regulations §3.1, §3.2.
LETTERS: Mapping[str, str] = {
    "a": "under_consideration_certificate",
    "b1": "candidate_letter_proposed",
    "b2": "candidate_letter_submitted",
    "b2_within": "candidate_letter_submitted",
    "c": "candidate_letter_leaving_commune",
    "c_within": "candidate_letter_decided",
    "internal": "internal_transfer_letter",
    "formal": "formal_transfer_letter",
    "temporary": "temporary_transfer_letter",
}


class Enclosed(NamedTuple):
    """A paper that goes with the letter; `by_person`: written by whoever moves."""

    type: str
    by_person: bool = False


_FILE = (Enclosed("awareness_certificate"), Enclosed("application_letter"), Enclosed("personal_history"))
_PROPOSED = (*_FILE, Enclosed("cell_resolution"), Enclosed("committee_resolution"))
ENCLOSED: Mapping[str, Sequence[Enclosed]] = {
    "a": _FILE,
    "b1": _PROPOSED,
    "b2": _PROPOSED,
    "b2_within": _PROPOSED,
    "c": (*_PROPOSED, Enclosed("admission_decision")),
    "c_within": (*_PROPOSED, Enclosed("admission_decision")),
    "internal": (),
    "formal": (Enclosed("transfer_self_review", by_person=True), Enclosed("admission_decision")),
    "temporary": (),
}
# The notice that the place of arrival sends back.
NOTICES: Mapping[str, str] = {"formal": "transfer_notice"}
