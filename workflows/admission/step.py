"""One step as a row: what it records, on which paper, who prepares, confirms, signs and sees it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workflows.admission import deeds
from workflows.admission.acting import Acting
from workflows.admission.clocks import TASK_CLOCK
from workflows.admission.votes import BALLOTS
from workflows.organisations.kinds import UNIONS

PARTY = frozenset({"secretary", "deputy_secretary", "committee_member", "officer"})
LEADERS = frozenset({"secretary", "deputy_secretary", "committee_member"})
UNION = frozenset({"union_secretary"})
CENTRE = frozenset({"centre_officer"})
HELPERS = frozenset({"helper"})
AUDITORS = frozenset({"auditor"})

# Lane → who prepares, who confirms as the second person, who signs the paper.
LANES: Mapping[str, tuple[frozenset[str], frozenset[str], frozenset[str]]] = {
    "candidate": (PARTY | HELPERS, frozenset(), frozenset()),
    "helper": (PARTY | HELPERS, frozenset(), HELPERS),
    "union_branch": (UNION, UNION, UNION),
    "youth_union": (UNION, UNION, UNION),
    "party_cell": (PARTY, LEADERS, frozenset({"secretary", "deputy_secretary"})),
    "section_committee": (PARTY, LEADERS, frozenset({"secretary", "deputy_secretary"})),
    "grassroots_committee": (PARTY, LEADERS, frozenset({"secretary", "deputy_secretary"})),
    "party_building_board": (PARTY, PARTY, frozenset({"secretary", "deputy_secretary"})),
    "deciding_committee": (PARTY, PARTY, frozenset({"secretary", "deputy_secretary"})),
    "political_centre": (CENTRE | PARTY, CENTRE | PARTY, CENTRE),
    "addressee": (PARTY, frozenset(), frozenset({"secretary", "deputy_secretary"})),
    "opinion_giver": (PARTY | UNION, frozenset(), frozenset({"secretary", "deputy_secretary"}) | UNION),
    "custodian": (PARTY, frozenset(), frozenset({"secretary", "deputy_secretary"})),
    "referring_committee": (PARTY, frozenset(), frozenset({"secretary", "deputy_secretary"})),
    "receiver": (PARTY, frozenset(), frozenset({"secretary", "deputy_secretary"})),
}
UNION_LANES = frozenset({"union_branch", "youth_union"})


@dataclass(frozen=True)
class Step:
    """One row. `papers`: outcome → type of the catalogue ("*": any). `guards`: names in guards.GUARDS.

    `parallel`: runs beside other steps, so it need only follow the act that opened it.
    """

    element: str
    label: str
    lane: str
    deed: Callable[[Acting], None] = deeds.nothing
    papers: Mapping[str, str] = None  # type: ignore[assignment]
    guards: tuple[str, ...] = ()
    parallel: bool = False
    notice: str = "task"
    letter: Callable[[Acting], str | None] | None = None  # a paper that depends on more than the outcome
    letters: frozenset[str] = frozenset()  # the types that it may be

    @property
    def form(self) -> str:
        return self.element

    @property
    def clock(self) -> str | None:
        """The clock whose due day is the task's own; None: no deadline is known."""
        return TASK_CLOCK.get(self.element)

    @property
    def deadline(self) -> str:
        return self.clock or "none"

    @property
    def votes(self) -> bool:
        return self.element in BALLOTS

    @property
    def prepare(self) -> frozenset[str]:
        return LANES[self.lane][0]

    @property
    def confirm(self) -> frozenset[str]:
        """Who confirms as the second person; empty where one person is enough."""
        return LANES[self.lane][1] if self.votes else frozenset()

    def of_union_outside(self, kind: str | None) -> bool:
        """A union's step that falls to an organisation of a kind that is none: the union of the place is not
        entered here, so its paper is typed, as of any organisation outside of the system."""
        return self.lane in UNION_LANES and kind not in UNIONS

    def prepare_at(self, kind: str | None) -> frozenset[str]:
        """Who prepares it where it falls to an organisation of that kind."""
        return self.prepare | PARTY if self.of_union_outside(kind) else self.prepare

    def confirm_at(self, kind: str | None) -> frozenset[str]:
        return self.confirm | LEADERS if self.votes and self.of_union_outside(kind) else self.confirm

    @property
    def sign(self) -> frozenset[str]:
        return LANES[self.lane][2]

    @property
    def see(self) -> frozenset[str]:
        return self.prepare | self.confirm | self.sign | AUDITORS

    def paper(self, outcome: str | None) -> str | None:
        """The type of paper that this outcome stands on."""
        kinds = self.papers or {}
        return kinds.get(outcome or "", kinds.get("*"))

    @property
    def paper_types(self) -> set[str]:
        """Every type of paper that an act of this step may stand on."""
        return {*(self.papers or {}).values(), *self.letters}

    def paper_of(self, acting: Acting) -> str | None:
        """The type of paper that this act stands on."""
        return self.letter(acting) if self.letter is not None else self.paper(acting.outcome)


RETURN = {"returned": "supplement_request"}
