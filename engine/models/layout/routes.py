"""The ways of the flows: right angles on a grid, around shapes, with few bends and crossings.

A search by cost (A*) for one flow after the other, short ones first. Flows into the same element may share a
line, so that many exceptions gather on one bus; others keep apart.
"""

import itertools
from heapq import heappop, heappush
from math import ceil
from typing import NamedTuple

from engine.errors import ModelError
from engine.models.layout.graph import Flow, Graph
from engine.models.layout.places import GRID, Box, Page

Cell = tuple[int, int]
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
        self.lines: dict[tuple[Cell, bool], list[Flow]] = {}  # (cell, horizontal?) -> flows that run there
        self.used: dict[tuple[str, Cell], list[str]] = {}  # (element, side) -> "out"/"in"
        everything = [*page.boxes.values(), *page.rows.values()]
        right = max(box.x + box.width for box in everything)
        bottom = max(box.y + box.height for box in everything)
        rows = list(page.rows.values())
        if graph.pool or not graph.banded:  # inside the pool, off the strip of titles
            strip = 0 if graph.banded else 30
            self.limits = (
                ceil((rows[0].x + strip) / GRID) + 1,
                ceil(rows[0].y / GRID),
                int(right // GRID) - 1,
                int(bottom // GRID) - 1,
            )
        else:
            self.limits = (3, 2, int(right // GRID) + 5, int(bottom // GRID) + 3)
        for box in page.boxes.values():
            self._fill(box, 5, self.blocked.add)
            self._fill(box, 15, lambda cell: self._dear(cell, NEAR))
        for box in page.labels.values():
            self._fill(box, 2, lambda cell: self._dear(cell, LABEL))
        for row, box in page.rows.items():
            if graph.banded and graph.rows[row]:
                self._fill(Box(box.x, box.y, 300, 36), 0, lambda cell: self._dear(cell, LABEL))
                for edge in _edges(box):
                    self._fill(edge, 8, lambda cell: self._dear(cell, NEAR))
                if row == next(iter(graph.rows)):  # the main road to the next band runs between the bands
                    self._fill(Box(box.x, 0, box.width, box.y + 65), 0, lambda cell: self._dear(cell, NEAR))

    def _fill(self, box: Box, margin: float, act: object) -> None:
        for x in range(int((box.x - margin) // GRID), int((box.x + box.width + margin) // GRID) + 1):
            for y in range(int((box.y - margin) // GRID), int((box.y + box.height + margin) // GRID) + 1):
                inside_x = box.x - margin < x * GRID < box.x + box.width + margin
                if inside_x and box.y - margin < y * GRID < box.y + box.height + margin:
                    act((x, y))  # type: ignore[operator]

    def _dear(self, cell: Cell, price: float) -> None:
        self.price[cell] = max(self.price.get(cell, 0.0), price)

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
        along = self.lines.get((cell, horizontal))
        if along:
            if any(other.target == flow.target for other in along):
                price *= TOGETHER
            elif any(other.source != flow.source for other in along):
                price += SHARE
            else:
                price += 3.0
        across = self.lines.get((cell, not horizontal))
        if across and any(o.target != flow.target and o.source != flow.source for o in across):
            price += CROSS
        return price


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
    side = (-cells[-1][1][0], -cells[-1][1][1])
    last = goals[cells[-1][0], side]
    for cell, direction in cells:
        field.lines.setdefault((cell, direction[0] != 0), []).append(flow)
    for before, (cell, direction) in itertools.pairwise(cells):
        if before[1] != direction:  # a corner lies on both lines
            field.lines.setdefault((before[0], direction[0] != 0), []).append(flow)
        del cell
    field.used.setdefault((flow.source, first.side), []).append("out")
    field.used.setdefault((flow.target, last.side), []).append("in")
    points = [first.point, *((x * GRID, y * GRID) for (x, y), _ in cells), last.point]
    return _corners(points)


def _search(
    field: Field, flow: Flow, starts: list[Port], goals: dict[tuple[Cell, Cell], Port]
) -> list[tuple[Cell, Cell]]:
    """The cheapest way as (cell, direction in which it was entered)."""
    targets = [cell for cell, _ in goals]

    def ahead(cell: Cell) -> float:
        return 0.8 * min(  # a little too high for shared lines, which makes it quick
            abs(cell[0] - x) + abs(cell[1] - y) for x, y in targets
        )

    best: dict[tuple[Cell, Cell], float] = {}
    came: dict[tuple[Cell, Cell], tuple[Cell, Cell] | None] = {}
    heap: list[tuple[float, float, tuple[Cell, Cell], tuple[Cell, Cell] | None]] = []
    for port in starts:
        price = field.step(port.cell, port.side, flow)
        if price is not None:
            heappush(
                heap,
                (port.price + price + ahead(port.cell), port.price + price, (port.cell, port.side), None),
            )
    done: tuple[float, tuple[Cell, Cell]] | None = None
    while heap:
        estimate, price, state, before = heappop(heap)
        if done is not None and estimate >= done[0]:
            break
        if state in best and best[state] <= price:
            continue
        best[state], came[state] = price, before
        cell, side = state
        goal = goals.get((cell, (-side[0], -side[1])))
        if goal is not None and (done is None or price + goal.price < done[0]):
            done = (price + goal.price, state)
        for turn in SIDES:
            if turn == (-side[0], -side[1]):
                continue
            there = (cell[0] + turn[0], cell[1] + turn[1])
            cost = field.step(there, turn, flow)
            if cost is None:
                continue
            total = price + cost + (BEND if turn != side else 0.0)
            if (there, turn) not in best or best[there, turn] > total:
                heappush(heap, (total + ahead(there), total, (there, turn), state))
    if done is None:
        raise ModelError(flow.id, "không tìm được đường để vẽ luồng này")
    way: list[tuple[Cell, Cell]] = []
    at: tuple[Cell, Cell] | None = done[1]
    while at is not None:
        way.append(at)
        at = came[at]
    return way[::-1]


def _corners(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Only the ends and the bends."""
    kept = [points[0]]
    for before, point, after in zip(points, points[1:], points[2:], strict=False):
        straight = (before[0] == point[0] == after[0]) or (before[1] == point[1] == after[1])
        if not straight:
            kept.append(point)
    return [*kept, points[-1]]
