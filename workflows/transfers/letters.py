"""Which papers go with a handover, by its form; and the boxes that a letter on paper passes."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from workflows.organisations.kinds import COMMITTEES, PROVINCE_COMMITTEE, SECTION_COMMITTEE
from workflows.organisations.resolution import named_or_referring
from workflows.organisations.tree import Tree

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
BOXED = frozenset({"internal", "formal", "temporary"})
WRITING = COMMITTEES - {SECTION_COMMITTEE, PROVINCE_COMMITTEE}
REFERRED_BY_SUPERIOR = "superior_committee"  # as the table `transfer_variant` says it of members
# The notice that the place of arrival sends back.
NOTICES: Mapping[str, str] = {"formal": "transfer_notice"}


def boxes(tree: Tree, sender: int, receiver: int | None, variant: str, on: date) -> list[tuple[int, str]]:
    """Who fills which box of a member's paper letter, in its order: out through the committees above the
    sender, then whoever stands right above and refers, in through those above the receiver, down to the cell.
    Letters of candidates have no boxes."""
    if variant not in BOXED:
        return []
    up = _line(tree, sender, on)
    down = _line(tree, receiver, on) if receiver is not None else []
    shared = [one for one in up if one in down]
    out = up[: up.index(shared[0])] if shared else up
    into = down[: down.index(shared[0])] if shared else down
    turn = [(one, "between") for one in shared[:1] if variant != "internal"]
    writer = named_or_referring(tree, sender, REFERRED_BY_SUPERIOR, None, on)
    if variant != "internal" and not turn and writer not in (*out, *into):
        turn = [(writer, "between")]
    return [*((one, "out") for one in out), *turn, *((one, "in") for one in reversed(into))]


def _line(tree: Tree, organisation_id: int, on: date) -> list[int]:
    """The organisation and the committees above it that write on a letter, nearest first."""
    above = tree.ancestors_on(organisation_id, on)
    return [organisation_id, *(one for one in above if tree.nodes[one].kind in WRITING)]
