"""The ways of the flows: right angles on a grid, around shapes, with few bends and crossings.

A search by cost (A*) for one flow after the other, short ones first. Flows into the same element may share a
line, so that many exceptions gather on one bus; others keep apart.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from heapq import heappop, heappush
from math import ceil
from typing import NamedTuple

from engine.errors import ModelError
from engine.models.layout.graph import Flow, Graph
from engine.models.layout.places import GRID, Box, Page

Cell = tuple[int, int]
State = tuple[Cell, Cell]  # a cell, and the direction in which it was entered
RIGHT, DOWN, LEFT, UP = (1, 0), (0, 1), (-1, 0), (0, -1)
SIDES = (RIGHT, DOWN, LEFT, UP)
BEND, CROSS, SHARE, TOGETHER = 7.0, 9.0, 40.0, 0.55  # prices; a cell costs 1
NEAR, LABEL = 1.2, 4.0


class Port(NamedTuple):
    """A place where a flow may touch a shape: border point, first free cell, way out, price."""

    point: tuple[float, float]
    cell: Cell
    side: Cell
    price: float


class Field:
    """The grid: what blocks, what disturbs, and which flows already run where."""

    def __init__(self, graph: Graph, page: Page) -> None:
        self.graph, self.page = graph, page
        self.blocked: set[Cell] = set()
        self.price: dict[Cell, float] = {}
        # (cell, horizontal?) -> where the flows that run there come from, and where they go
        self.sources: dict[tuple[Cell, bool], set[str]] = {}
        self.targets: dict[tuple[Cell, bool], set[str]] = {}
        self.used: dict[tuple[str, Cell], list[str]] = {}  # (element, side) -> "out"/"in"
        self.limits = _limits(graph, page)
        for box in page.boxes.values():
            self._fill(box, 5, self.blocked.add)
            self._raise(box, 15, NEAR)
        for box in page.labels.values():
            self._raise(box, 2, LABEL)
        titled = [box for row, box in page.rows.items() if graph.banded and graph.rows[row]]
        for box in titled:
            self._raise(Box(box.x, box.y, 300, 36), 0, LABEL)
            for edge in _edges(box):
                self._raise(edge, 8, NEAR)
        if titled:  # the main road to the next band runs between the bands, not above them
            self._raise(Box(titled[0].x, 0, titled[0].width, titled[0].y + 65), 0, NEAR)

    def _raise(self, box: Box, margin: float, price: float) -> None:
        def act(cell: Cell) -> None:
            self.price[cell] = max(self.price.get(cell, 0.0), price)

        self._fill(box, margin, act)

    def _fill(self, box: Box, margin: float, act: Callable[[Cell], None]) -> None:
        for x in range(int((box.x - margin) // GRID), int((box.x + box.width + margin) // GRID) + 1):
            for y in range(int((box.y - margin) // GRID), int((box.y + box.height + margin) // GRID) + 1):
                inside_x = box.x - margin < x * GRID < box.x + box.width + margin
                if inside_x and box.y - margin < y * GRID < box.y + box.height + margin:
                    act((x, y))

    def ports(self, id: str, flow: Flow, leaving: bool) -> list[Port]:
        """The four sides of a shape with what it costs to use them for this flow."""
        element, box = self.graph.elements[id], self.page.boxes[id]
        x, y = box.centre
        found = []
        for side in SIDES:
            half = box.width / 2 if side[0] else box.height / 2
            cell = (
                round(x / GRID) + side[0] * ceil((half + 6) / GRID),
                round(y / GRID) + side[1] * ceil((half + 6) / GRID),
            )
            best = RIGHT if leaving else LEFT
            price = 0.0 if side == best else 14.0 if side[1] else 26.0
            if element.host and leaving:
                if side == UP:
                    continue
                price = 0.0 if side == DOWN else 15.0
            others = self.used.get((id, side), [])
            if leaving:
                price += 60.0 * others.count("in") + 25.0 * others.count("out")
            else:
                price += 60.0 * others.count("out") + 3.0 * min(others.count("in"), 3)
            found.append(Port((x + side[0] * half, y + side[1] * half), cell, side, price))
        return found

    def stands_between(self, flow: Flow) -> bool:
        """Whether a shape stands on the straight line from the source to a target on its right."""
        first, last = self.page.boxes[flow.source], self.page.boxes[flow.target]
        start = first.x + first.width
        line = Box(start, first.centre[1], last.x - start, 0)
        ends = (flow.source, flow.target)
        return any(line.overlaps(box) for id, box in self.page.boxes.items() if id not in ends)

    def step(self, cell: Cell, side: Cell, flow: Flow) -> float | None:
        """The price of entering a cell in this direction; None where a shape stands or the page ends."""
        left, top, right, bottom = self.limits
        if cell in self.blocked or not (left <= cell[0] <= right and top <= cell[1] <= bottom):
            return None
        horizontal = side[0] != 0
        price = 1.0 + self.price.get(cell, 0.0)
        along = self.targets.get((cell, horizontal))
        if along:
            if flow.target in along:
                price *= TOGETHER
            else:
                price += 3.0 if self.sources[cell, horizontal] == {flow.source} else SHARE
        across = self.targets.get((cell, not horizontal))
        if across and flow.target not in across and flow.source not in self.sources[cell, not horizontal]:
            price += CROSS
        return price

    def keep(self, cell: Cell, side: Cell, flow: Flow) -> None:
        """The flow now runs through this cell in this direction."""
        self.sources.setdefault((cell, side[0] != 0), set()).add(flow.source)
        self.targets.setdefault((cell, side[0] != 0), set()).add(flow.target)


def _limits(graph: Graph, page: Page) -> tuple[int, int, int, int]:
    """The outermost cells: inside the pool and off the strip of titles, or some way around the bands."""
    everything = [*page.boxes.values(), *page.rows.values()]
    right = int(max(box.x + box.width for box in everything) // GRID)
    bottom = int(max(box.y + box.height for box in everything) // GRID)
    if graph.banded and not graph.pool:
        return 3, 2, right + 5, bottom + 3
    first = next(iter(page.rows.values()))
    strip = 0 if graph.banded else 30
    return ceil((first.x + strip) / GRID) + 1, ceil(first.y / GRID), right - 1, bottom - 1


def _edges(box: Box) -> list[Box]:
    right, bottom = box.x + box.width, box.y + box.height
    return [
        Box(box.x, box.y, box.width, 0),
        Box(box.x, bottom, box.width, 0),
        Box(box.x, box.y, 0, box.height),
        Box(right, box.y, 0, box.height),
    ]


def route(graph: Graph, page: Page) -> None:
    """Way points for every flow."""
    field = Field(graph, page)

    def length(flow: Flow) -> tuple[bool, float]:
        (x1, y1), (x2, y2) = page.boxes[flow.source].centre, page.boxes[flow.target].centre
        straight = y1 == y2 and x1 < x2 and not field.stands_between(flow)
        return not straight, abs(x1 - x2) + abs(y1 - y2) + (600 if flow.id in graph.back else 0)

    for flow in sorted(graph.flows, key=length):
        page.points[flow.id] = _find_way(field, flow)


def _find_way(field: Field, flow: Flow) -> list[tuple[float, float]]:
    starts = field.ports(flow.source, flow, leaving=True)
    goals = {(port.cell, port.side): port for port in field.ports(flow.target, flow, leaving=False)}
    cells = _search(field, flow, starts, goals)
    first = next(port for port in starts if (port.cell, port.side) == (cells[0][0], cells[0][1]))
    last = goals[cells[-1][0], _opposite(cells[-1][1])]
    for cell, direction in cells:
        field.keep(cell, direction, flow)
    for (corner, _), (_, direction) in itertools.pairwise(cells):
        field.keep(corner, direction, flow)  # where it turns, it lies on both lines
    field.used.setdefault((flow.source, first.side), []).append("out")
    field.used.setdefault((flow.target, last.side), []).append("in")
    points = [first.point, *((x * GRID, y * GRID) for (x, y), _ in cells), last.point]
    return _corners(points)


def _search(field: Field, flow: Flow, starts: list[Port], goals: Mapping[State, Port]) -> list[State]:
    """The cheapest way from one of the starts to one of the goals."""
    targets = [cell for cell, _ in goals]

    def ahead(cell: Cell) -> float:
        return 0.8 * min(  # a little too high for shared lines, which makes it quick
            abs(cell[0] - x) + abs(cell[1] - y) for x, y in targets
        )

    best: dict[State, float] = {}
    came: dict[State, State | None] = {}
    heap: list[tuple[float, float, State, State | None]] = []
    for port in starts:
        price = field.step(port.cell, port.side, flow)
        if price is not None:
            price += port.price
            heappush(heap, (price + ahead(port.cell), price, (port.cell, port.side), None))
    done: tuple[float, State] | None = None
    while heap:
        estimate, price, state, before = heappop(heap)
        if done is not None and estimate >= done[0]:
            break
        if state in best and best[state] <= price:
            continue
        best[state], came[state] = price, before
        goal = goals.get((state[0], _opposite(state[1])))
        if goal is not None and (done is None or price + goal.price < done[0]):
            done = (price + goal.price, state)
        for there, cost in _turns(field, flow, state):
            if there not in best or best[there] > price + cost:
                heappush(heap, (price + cost + ahead(there[0]), price + cost, there, state))
    if done is None:
        raise ModelError(flow.id, "không tìm được đường để vẽ luồng này")
    return _traced(came, done[1])


def _turns(field: Field, flow: Flow, state: State) -> Iterator[tuple[State, float]]:
    """The next cells straight on and to both sides, with what they cost."""
    (x, y), side = state
    for turn in SIDES:
        cost = None if turn == _opposite(side) else field.step((x + turn[0], y + turn[1]), turn, flow)
        if cost is not None:
            yield ((x + turn[0], y + turn[1]), turn), cost + (BEND if turn != side else 0.0)


def _traced(came: Mapping[State, State | None], end: State) -> list[State]:
    way: list[State] = []
    at: State | None = end
    while at is not None:
        way.append(at)
        at = came[at]
    return way[::-1]


def _opposite(side: Cell) -> Cell:
    return -side[0], -side[1]


def _corners(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Only the ends and the bends."""
    kept = [points[0]]
    for before, point, after in zip(points, points[1:], points[2:], strict=False):
        straight = (before[0] == point[0] == after[0]) or (before[1] == point[1] == after[1])
        if not straight:
            kept.append(point)
    return [*kept, points[-1]]
