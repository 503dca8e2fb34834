"""Every kind of journal entry and every element of the models has a sentence in plain words."""

import ast
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpmn
from engine.models.structure import read_models
from engine.models.xml import name_of, parse_xml
from workflows.admission import choices
from workflows.admission.registry import build_registry
from workflows.desk.journal_words import SENTENCES, Names, people, sentence
from workflows.desk.labels import labels

ROOT = Path(__file__).parents[3]
LABELS = labels(build_registry())
NAMES = Names(LABELS, {1: "Nguyễn A", 2: "Trần B", 3: "Lê C"}, {5: "Chi bộ 1", 6: "Chi bộ 2"}, {9: "Đỗ D"})
PLAIN = re.compile(r"[a-z]+_[a-z]+|\{|\}|None")


def entry(kind: str, element: str | None = None, **more: Any) -> Any:
    given = {"facts": {}, "inputs": {}, "by": 1, "on_behalf_of": None}
    return SimpleNamespace(kind=kind, element=element, **(given | more))


def kinds_in_code() -> set[str]:
    """Literal kinds of entries that are appended to the journal of a case."""
    found: set[str] = set()
    for room in ("engine", "workflows"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or len(node.args) < 3:
                    continue
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                case_id, kind = node.args[1], node.args[2]
                of_case = not (isinstance(case_id, ast.Constant) and case_id.value is None)
                if name in ("append", "_say", "_tell") and of_case and isinstance(kind, ast.Constant):
                    found.add(str(kind.value))
    return found


def test_every_kind_that_the_program_writes_has_a_sentence() -> None:
    written = kinds_in_code()
    assert {"task", "custodian", "comment", "assignment", "glass_opened"} <= written
    assert sorted(written - set(SENTENCES)) == []


def test_every_sentence_stands_with_facts_and_without() -> None:
    full = {
        "from": 5, "to": 6, "helper": 9, "because": "left", "clock": "ceremony", "due": "2026-01-05",
        "days": {"of_age": "2026-01-05"}, "clocks": ["ceremony"], "why": "calendar", "papers": 3,
        "day": "2026-01-05", "attempt": 2, "verdict": "justified",
    }  # fmt: skip
    for kind in SENTENCES:
        for facts in ({}, full):
            said = str(sentence(entry(kind, "cell_vote", facts=facts, inputs={"outcome": "failed"}), NAMES))
            assert said
            assert not PLAIN.search(said), (kind, said)
    assert str(sentence(entry("unheard_of"), NAMES)) == "Việc khác trong hồ sơ"


def test_every_step_timer_and_outcome_of_the_models_is_said_in_words() -> None:
    roots = {name: parse_xml(content, name) for name, content in bpmn.files().items()}
    models = read_models({name: root for name, root in roots.items() if name_of(root) == "definitions"})
    for step in models.steps("userTask"):
        for word, label in choices.OUTCOMES[step.id]:
            said = str(sentence(entry("task", step.id, inputs={"outcome": word}), NAMES))
            assert label in said
            assert not PLAIN.search(said), said
    timers = [step for step in models.steps() if "timer" in step.definitions()]
    assert timers
    for step in timers:
        assert not PLAIN.search(str(sentence(entry("timer", step.id), NAMES))), step.id


def test_the_sentences_name_what_changed() -> None:
    moved = entry("custodian", facts={"from": 5, "to": 6})
    assert str(sentence(moved, NAMES)) == "Chuyển nơi quản lý hồ sơ từ Chi bộ 1 đến Chi bộ 2"
    lost = entry("helper_lost", facts={"helper": 9, "because": "died"})
    assert str(sentence(lost, NAMES)) == "Người giúp đỡ Đỗ D thôi giúp đỡ: Từ trần"
    reply = entry("task", "verification_reply", inputs={"outcome": "answered"}, facts={"answer": "clear"})
    assert "Rõ, không có vấn đề" in str(sentence(reply, NAMES))


def test_who_wrote_names_the_deputy_the_second_person_and_the_one_it_was_typed_for() -> None:
    def said(**more: Any) -> list[str]:
        return [str(one) for one in people(entry("task", "cell_vote", **more), NAMES)]

    assert said() == ["Nguyễn A"]
    assert said(by=None) == ["chương trình tự ghi"]
    assert said(by=2, facts={"for_user": 1}) == ["Trần B (thay Nguyễn A)"]
    assert said(on_behalf_of=5) == ["Nguyễn A", "nhập thay Chi bộ 1"]
    both = {"proposed_by": 1, "confirmed_for": 3}
    assert said(by=2, facts=both) == ["nhập: Nguyễn A", "xác nhận: Trần B (thay Lê C)"]
