"""Cases that go as they like: each step takes the plain word or the one taken least; anything interrupts."""

import random
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bpmn import files
from engine.models.drawing import render
from tests.bpmn.walking import Walk, roots
from tests.bpmn.words import INTERRUPTIBLE, INTERRUPTIONS

HEAT = Path(__file__).parents[2] / "var" / "coverage"
SIDE_PROCESSES = ("helper_change", *["handover"] * 20)
LONGEST = 300  # steps of one walk


class Explorer:
    """Remembers what was taken so far, and takes what was taken least."""

    def __init__(self, seed: int = 20260907) -> None:
        self.random = random.Random(seed)
        self.taken: Counter[tuple[str, str]] = Counter()
        self.flows: Counter[tuple[str, str]] = Counter()
        self.passed: Counter[str] = Counter()
        self.walks = 0
        self.stuck: list[str] = []  # ends of walks that stand still without having ended

    def choose(self, name: str, offered: list[str]) -> str:
        if self.random.random() < 0.6 and self.taken[name, offered[0]]:
            return offered[0]  # the plain road, or no walk would get far
        word = min(offered, key=lambda word: (self.taken[name, word], self.random.random()))
        self.taken[name, word] += 1
        return word

    def said(self, walk: Walk, open_tasks: list[str]) -> bool:
        """What is told a handover from outside: a helper was named, or the sender takes it back."""
        if not open_tasks:
            walk.send("assigned", "helper_assigned")
        elif open_tasks == ["answer_handover"] and self.random.random() < 0.2:
            walk.send("recalled", "recall")
        else:
            return False
        return True

    def walk(self, process: str) -> Walk:
        walk = Walk(process, self.choose)
        for _ in range(LONGEST):
            if walk.ended:
                break
            stage = walk.case.stage()
            chance = 0.02 if self.taken["interrupted", stage] else 0.2
            if stage in INTERRUPTIBLE and self.random.random() < chance:
                self.taken["interrupted", stage] += 1
                walk.send(self.choose("interruption", list(INTERRUPTIONS)))
                continue
            tasks, timers = walk.items("task"), walk.items("timer")
            if process == "handover" and self.said(walk, [item.element for item in tasks]):
                continue
            if not tasks + timers:
                self.stuck.append(walk.passed[-1])
                break
            item = self.random.choice(tasks + timers)
            if item.kind == "timer":
                walk.fire(item.element)
            else:
                walk.complete(item)
        self.flows.update(walk.flows)
        self.passed.update(walk.passed)
        self.walks += 1
        return walk


@cache
def explored(walks: int = 120) -> Explorer:
    """Cases that go as they like."""
    explorer = Explorer()
    for process in SIDE_PROCESSES:
        explorer.walk(process)
    while explorer.walks < walks:
        explorer.walk("admission")
    return explorer


def draw_heat(passed: Mapping[str, int], flows: Mapping[tuple[str, str], int]) -> None:
    """One picture a model with the number of passings at each element and flow, red where there was none."""
    HEAT.mkdir(parents=True, exist_ok=True)
    counts = dict(passed)
    for process, root in roots().items():
        for flow in root.iter("{*}sequenceFlow"):
            counts[flow.get("id")] = flows.get((flow.get("sourceRef"), flow.get("targetRef")), 0)
        (HEAT / f"{process}.svg").write_text(render(files(), process, counts=counts), encoding="utf-8")
