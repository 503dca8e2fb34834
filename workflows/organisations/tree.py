"""The dated tree as a value: who stands under whom on a day, and who follows whom.

Pure: `queries.tree_of` loads it, tests build it by hand. Every question takes a day.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

_A_DAY = timedelta(days=1)


class Node(NamedTuple):
    id: int
    kind: str
    name: str
    valid_from: date
    valid_to: date | None = None

    def stands_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class Place(NamedTuple):
    """Under whom an organisation stands for a time, with what power; `valid_to`: the first day no more."""

    organisation_id: int
    parent_id: int | None
    valid_from: date
    valid_to: date | None = None
    regime: str | None = None
    decided_by: str | None = None  # standing | plenum; None: it does not decide on admissions

    def stands_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class Succession(NamedTuple):
    predecessor_id: int
    successor_id: int
    on: date
    rank: int = 1


class School(NamedTuple):
    """An institution with the organisations that are its own."""

    id: int
    party_organisation_id: int | None
    union_organisation_id: int | None
    cell_id: int | None


@dataclass(frozen=True)
class Tree:
    nodes: Mapping[int, Node]
    places: tuple[Place, ...] = ()
    successions: tuple[Succession, ...] = ()
    schools: tuple[School, ...] = ()
    version: int = 0

    @classmethod
    def of(
        cls,
        nodes: Iterable[Node],
        places: Iterable[Place],
        successions: Iterable[Succession] = (),
        schools: Iterable[School] = (),
        version: int = 0,
    ) -> "Tree":
        by_id = {node.id: node for node in nodes}
        return cls(by_id, tuple(places), tuple(successions), tuple(schools), version)

    def renewed(self, ids: Collection[int], fresh: "Tree") -> "Tree":
        """These organisations as `fresh` has them, with its schools; the others as they are."""
        return Tree(
            {**{one: node for one, node in self.nodes.items() if one not in ids}, **fresh.nodes},
            (*(one for one in self.places if one.organisation_id not in ids), *fresh.places),
            (*(one for one in self.successions if one.predecessor_id not in ids), *fresh.successions),
            fresh.schools,
            fresh.version,
        )

    @cached_property
    def _places_of(self) -> Mapping[int, list[Place]]:
        """By organisation, earliest first."""
        found: dict[int, list[Place]] = defaultdict(list)
        for place in sorted(self.places, key=lambda place: place.valid_from):
            found[place.organisation_id].append(place)
        return found

    @cached_property
    def _places_under(self) -> Mapping[int | None, list[Place]]:
        found: dict[int | None, list[Place]] = defaultdict(list)
        for place in self.places:
            found[place.parent_id].append(place)
        return found

    @cached_property
    def _successors(self) -> Mapping[int, list[Succession]]:
        found: dict[int, list[Succession]] = defaultdict(list)
        for row in sorted(self.successions, key=lambda row: (row.rank, row.successor_id)):
            found[row.predecessor_id].append(row)
        return found

    @cached_property
    def _predecessors(self) -> Mapping[int, list[Succession]]:
        found: dict[int, list[Succession]] = defaultdict(list)
        for row in sorted(self.successions, key=lambda row: (row.rank, row.predecessor_id)):
            found[row.successor_id].append(row)
        return found

    def place_on(self, organisation_id: int, day: date) -> Place | None:
        """Where it stands on that day; None when it stands nowhere."""
        return next(
            (place for place in self._places_of.get(organisation_id, ()) if place.stands_on(day)), None
        )

    def parent_on(self, organisation_id: int, day: date) -> int | None:
        place = self.place_on(organisation_id, day)
        return place.parent_id if place else None

    def ancestors_on(self, organisation_id: int, day: date) -> list[int]:
        """Nearest first, without itself. A loop in the data ends the walk instead of running on."""
        found: list[int] = []
        parent = self.parent_on(organisation_id, day)
        while parent is not None and parent not in found and parent != organisation_id:
            found.append(parent)
            parent = self.parent_on(parent, day)
        return found

    def children_on(self, organisation_id: int | None, day: date) -> list[int]:
        """Direct children, by id; of None: the roots."""
        places = self._places_under.get(organisation_id, ())
        return sorted(place.organisation_id for place in places if place.stands_on(day))

    def children_from(self, organisation_id: int, day: date) -> list[int]:
        """Direct children on that day or on any later one that is known."""
        places = self._places_under.get(organisation_id, ())
        return sorted({p.organisation_id for p in places if p.valid_to is None or p.valid_to > day})

    def day_of(self, organisation_id: int, day: date) -> date:
        """That day, or the nearest one on which the organisation stands."""
        node = self.nodes.get(organisation_id)
        if node is None or node.stands_on(day):
            return day
        return node.valid_from if node.valid_to is None or day < node.valid_from else node.valid_to - _A_DAY

    def days_from(self, day: date) -> list[date]:
        """That day and every later one on which somebody's place changes."""
        return [day, *sorted({place.valid_from for place in self.places if place.valid_from > day})]

    def descendants_on(self, organisation_id: int, day: date) -> list[int]:
        """Everything below, level by level, without itself."""
        found: list[int] = []
        seen = {organisation_id}
        level = [organisation_id]
        while level:
            level = [child for one in level for child in self.children_on(one, day) if child not in seen]
            seen.update(level)
            found.extend(level)
        return found

    def walk_on(self, day: date) -> Iterator[tuple[int, int]]:
        """(depth, organisation) of the whole tree on a day, parents before their children."""
        stack = [(0, root) for root in reversed(self.children_on(None, day))]
        seen: set[int] = set()
        while stack:
            depth, one = stack.pop()
            if one in seen:
                continue
            seen.add(one)
            yield depth, one
            stack.extend((depth + 1, child) for child in reversed(self.children_on(one, day)))

    def standing(self, organisation_id: int, day: date) -> int:
        """Who stands for it on a day: itself, its successor after its end, its predecessor before its start.

        Ended without a successor, its superior inherits; with nobody to name, itself.
        """
        seen: set[int] = set()
        one = organisation_id
        while one not in seen:
            seen.add(one)
            node = self.nodes.get(one)
            if node is None or node.stands_on(day):
                return one
            following = self._before(one, day) if day < node.valid_from else self._after(one, node)
            if following is None:
                return one
            one = following
        return organisation_id

    def school_of(self, organisation_id: int, above: Iterable[int], day: date) -> School | None:
        """The institution whose cell this is, or whose Party organisation it is or stands under."""
        by_cell = self._school_by("cell_id", {organisation_id}, day)
        return by_cell or self._school_by("party_organisation_id", {organisation_id, *above}, day)

    def _school_by(self, field: str, wanted: set[int], day: date) -> School | None:
        """The first institution one of whose organisations is wanted, or is stood for by a wanted one."""
        for school in self.schools:
            own: int | None = getattr(school, field)
            if own is None or not (own in wanted or self._ended(own, day)):
                continue
            if self.standing(own, day) in wanted:
                return school
        return None

    def _ended(self, organisation_id: int, day: date) -> bool:
        node = self.nodes.get(organisation_id)
        return node is not None and not node.stands_on(day)

    def successors_of(self, organisation_id: int) -> list[int]:
        return [row.successor_id for row in self._successors.get(organisation_id, ())]

    def predecessors_of(self, organisation_id: int) -> list[int]:
        return [row.predecessor_id for row in self._predecessors.get(organisation_id, ())]

    def _after(self, organisation_id: int, node: Node) -> int | None:
        successors = self.successors_of(organisation_id)
        if successors:
            return successors[0]
        places = self._places_of.get(organisation_id)
        return places[-1].parent_id if places else None

    def _before(self, organisation_id: int, day: date) -> int | None:
        """The predecessor that stood on that day, where there is one to name."""
        predecessors = self.predecessors_of(organisation_id)
        standing = [one for one in predecessors if one in self.nodes and self.nodes[one].stands_on(day)]
        return standing[0] if standing else (predecessors[0] if len(predecessors) == 1 else None)
