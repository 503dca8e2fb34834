"""The engine's share of a step: load, run, save, without database, clocks and documents.

`python -m bench.process` prints it beside the same steps the plain way, 12 verifications and 5 opinions open
on the way. What a whole act costs, the rest of this folder measures.
"""

import json
import tempfile
import time
from pathlib import Path
from statistics import mean, median

import bpmn
from bench.road import KIND, NOW, SERVICES, TODAY, PlainRoad, word_of
from engine.process import Functions, OpenItem, Process, SpecSet

OPEN = {"list_verifications": list(range(101, 113)), "list_opinions": list(range(201, 206))}
FUNCTIONS = Functions(lambda name: OPEN.get(name) or SERVICES[name], lambda name: TODAY)


def first_task(items: list[OpenItem]) -> OpenItem:
    return next(item for item in items if item.kind == "task")


def walk(models: SpecSet) -> tuple[list[OpenItem], list[float], list[int]]:
    """The straight road: the tasks in their order, milliseconds of CPU and bytes of state for each."""
    process = Process.start(models, FUNCTIONS, NOW)
    state, items = process.state(), process.open_items()
    tasks, times, sizes = [], [], [len(state)]
    while items:
        task = first_task(items)
        began = time.process_time()
        process = Process.load(state, models, FUNCTIONS)
        process.complete(task.engine_id, word_of(task.element), NOW)
        items, state = process.open_items(), process.state()
        times.append((time.process_time() - began) * 1000)
        tasks.append(task)
        sizes.append(len(state) if items else 0)  # a case that has ended keeps no state
    return tasks, times, sizes


def walk_plainly(road: PlainRoad, tasks: list[OpenItem]) -> list[float]:
    """The same tasks the plain way."""
    road.start()
    times = []
    for task in tasks:
        began = time.process_time()
        road.act(task.element, item=task.item)
        times.append((time.process_time() - began) * 1000)
    return times


def measure(rounds: int = 5) -> dict[str, float]:
    """Medians of each step over the rounds, both ways in turns in the same run."""
    models = SpecSet.parse(bpmn.files(), KIND)
    ours, plain = [], []
    with tempfile.TemporaryDirectory() as folder:
        road = PlainRoad(Path(folder))
        road.services |= OPEN
        for _ in range(rounds):
            tasks, times, sizes = walk(models)
            ours.append(times)
            plain.append(walk_plainly(road, tasks))
    by_step = [median(times) for times in zip(*ours[1:], strict=True)]
    plain_by_step = [median(times) for times in zip(*plain[1:], strict=True)]
    return {
        "steps": len(by_step),
        "process_ms_mean": round(mean(by_step), 3),
        "process_ms_median": round(median(by_step), 3),
        "process_ms_most": round(max(by_step), 3),
        "plain_ms_mean": round(mean(plain_by_step), 3),
        "ratio": round(mean(by_step) / mean(plain_by_step), 4),
        "state_bytes_mean": round(mean(sizes)),
        "state_bytes_most": max(sizes),
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
