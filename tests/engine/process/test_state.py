"""The saved state: stored vectors of each format, what is refused, and how small it stays."""

import json
from pathlib import Path

import msgspec
import pytest

from engine.errors import ModelError
from engine.process import Functions, Process, SpecSet
from engine.process.state import FORMAT
from tests.engine.process.cases import FUTURE, NOW, loan_files, specs

VECTORS = Path(__file__).parent / "vectors"
ANSWERS: dict[str, str | list[int]] = {
    "list_verifications": list(range(101, 113)),
    "list_opinions": list(range(201, 206)),
    "verification_plan": "sent",
    "opinion_plan": "sent",
    "assess_file": "complete",
    "chain_regime": "two_level",
    "chain_place": "under_committee",
    "chain_power": "standing",
}
# Elsewhere the models name the failures, and "otherwise" goes on.
GOOD_WORDS = {"class_result": "passed", "conclude_history": "certified", "probation_report": "final"}
FUNCTIONS = Functions(lambda name: ANSWERS.get(name, "otherwise"), lambda name: FUTURE)


def opened(process: Process) -> list[list[object]]:
    return [
        [
            item.kind,
            item.engine_id,
            item.element,
            item.process,
            item.lane,
            item.item,
            item.due and item.due.isoformat(),
        ]
        for item in process.open_items()
    ]


@pytest.mark.parametrize("folder", sorted(VECTORS.iterdir()), ids=lambda path: path.name)
def test_a_state_stored_by_an_earlier_edition_of_the_software_is_still_read(folder: Path) -> None:
    """Never regenerate these files: a new format gets a new folder and the old one its own decoder."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".bpmn", ".dmn")}
    models = SpecSet.parse(files, "trip")
    vectors = json.loads((folder / "states.json").read_text())
    functions = Functions(lambda name: [1, 2] if name == "shops" else "wet", lambda name: FUTURE)
    for vector in vectors:
        process = Process.load(bytes.fromhex(vector["state"]), models, functions)
        assert opened(process) == vector["open"]
        assert process.words() == vector["words"]
        if vector["done"] is not None:
            process.complete(*vector["done"], NOW)
            assert process.state().hex() == vector["after"]


def test_the_present_format_has_a_vector() -> None:
    assert (VECTORS / f"format_{FORMAT}").is_dir()


def some_state() -> bytes:
    return Process.start(specs("loan"), Functions(lambda name: "reader", lambda name: FUTURE), NOW).state()


def changed(place: int, value: object) -> bytes:
    fields = msgspec.msgpack.decode(some_state())
    fields[place] = value
    return msgspec.msgpack.encode(fields)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (b"", "hỏng"),
        (b"\xc1", "hỏng"),
        (some_state()[:-3], "hỏng"),
        (msgspec.msgpack.encode({"a": 1}), "phiên bản phần mềm"),
        (msgspec.msgpack.encode([]), "phiên bản phần mềm"),
        (changed(0, FORMAT + 1), "phiên bản phần mềm"),
        (changed(1, b"\0\0\0\0"), "phiên bản mô hình"),
    ],
)
def test_a_state_that_is_not_of_this_case_is_refused(state: bytes, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        Process.load(state, specs("loan"), FUNCTIONS)


def test_a_state_is_not_read_with_another_version_of_the_models() -> None:
    files = loan_files()
    files["loan.bpmn"] = files["loan.bpmn"].replace("Mượn sách".encode(), "Cho mượn sách".encode())
    with pytest.raises(ModelError, match="phiên bản mô hình"):
        Process.load(some_state(), SpecSet.parse(files, "loan"), FUNCTIONS)


def test_the_state_of_an_admission_stays_below_two_kibibytes_with_all_requests_open() -> None:
    """12 verifications and 5 opinions open at once, and every other step of the way to the end."""
    models = specs("admission")
    state = Process.start(models, FUNCTIONS, NOW).state()
    sizes, most_open = [len(state)], 0
    for _ in range(120):
        process = Process.load(state, models, FUNCTIONS)
        task = next((item for item in process.open_items() if item.kind == "task"), None)
        if task is None:
            timer = next(item for item in process.open_items() if item.kind == "timer")
            process.reschedule(timer.engine_id, NOW.date())
            assert process.fire(timer.engine_id, NOW)
        else:
            process.complete(task.engine_id, GOOD_WORDS.get(task.element, "otherwise"), NOW)
        state = process.state()
        requests = [item for item in process.open_items() if item.item is not None]
        most_open = max(most_open, len(requests))
        sizes.append(len(state))
        if process.ended_at() is not None:
            break
    assert process.ended_at() is not None
    assert most_open == 17
    assert max(sizes) <= 2048
