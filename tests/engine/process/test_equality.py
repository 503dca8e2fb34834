"""Random walks through every model: a case pruned, saved and loaded after every step goes the same way
as one that stays in memory, and the same way as plain SpiffWorkflow."""

import os
from typing import Any

import pytest

from bench.plain import Answers, Plain, PlainModels
from engine.process import OpenItem, Process, SpecSet
from tests.engine.process import cases
from tests.engine.process.cases import NOW, PAST, Answering

LONGEST_WALK = 120


def view(process: Process) -> dict[str, Any]:
    return {
        "open": process.open_items(),
        "words": process.words(),
        "stage": process.stage(),
        "ended": process.ended_at(),
        "trail": process.trail,
        "flows": sorted(process.flows),
    }


def seeds(kind: str) -> range:
    """A few walks at each change; WALKS=20 in the environment takes the long way, for a new library."""
    return range({"loan": 20, "admission": 12}.get(kind, 4) * int(os.environ.get("WALKS", "1")))


@pytest.mark.parametrize("kind", cases.KINDS)
def test_a_case_saved_and_loaded_after_every_step_goes_the_same_way(kind: str) -> None:
    ended = 0
    for seed in seeds(kind):
        specs = cases.specs(kind)
        left, right = Answering(kind, seed), Answering(kind, seed)
        kept = Process.start(specs, left.functions(), NOW)
        saved = Process.start(specs, right.functions(), NOW)
        for step in range(1, LONGEST_WALK):
            assert view(saved) == view(kept), (kind, seed, step)
            if kept.ended_at() is not None:
                ended += 1
                break
            item, word = cases.choose(saved, kind, seed, step)
            saved = Process.load(saved.state(), specs, right.functions())
            for process, answering in ((kept, left), (saved, right)):
                answering.next_step(step)
                cases.act(process, item, word)
    assert ended > len(seeds(kind)) // 4, "the walks hardly ever reach an end: they prove little"


def plain_answers(answering: Answering, specs: SpecSet) -> Answers:
    def due(name: str) -> str:
        return "2000-01-01" if answering.due(name) == PAST else "2999-01-01"

    return Answers(answering.service, due, specs.words)


def plainly(item: OpenItem) -> tuple[str, str, str, int | None]:
    return item.kind, item.element, item.process, item.item


def words_by_item(process: Process) -> dict[str, Any]:
    """The data of each open task, to be compared key by key with the plain ones."""
    if process.ended_at() is not None:
        return process.words()
    return {str(plainly(item)): process.words_at(item.engine_id) for item in process.open_items()}


@pytest.mark.parametrize("kind", cases.KINDS)
def test_a_case_goes_the_same_way_as_with_plain_spiffworkflow(kind: str) -> None:
    specs = cases.specs_with_old_words(kind)
    models = PlainModels(cases.KINDS[kind](), kind)
    for seed in seeds(kind):
        left, right = Answering(kind, seed), Answering(kind, seed)
        plain = Plain.start(models, plain_answers(left, specs))
        ours = Process.start(specs, right.functions(), NOW)
        for step in range(1, LONGEST_WALK):
            assert [plainly(item) for item in sorted(ours.open_items(), key=lambda i: str(plainly(i)))] == (
                plain.open_items()
            ), (kind, seed, step)
            assert words_by_item(ours) == plain.words(), (kind, seed, step)
            assert (ours.ended_at() is not None) == plain.workflow.completed
            if plain.workflow.completed:
                break
            item, word = cases.choose(ours, kind, seed, step)
            left.next_step(step)
            right.next_step(step)
            ours = Process.load(ours.state(), specs, right.functions())
            cases.act(ours, item, word)
            if item.kind == "task":
                plain.complete(item.element, word, item.item)
            elif item.kind == "timer":
                plain.fire(item.element)
            else:
                plain.send(specs.message_of(item.element), word)
