"""Decision tables: the one row that fits, and the same answer as the library's engine gives."""

from itertools import product
from types import SimpleNamespace

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.spiff.parser import SpiffBpmnParser

import bpmn
from engine.errors import ModelError
from engine.models.xml import parse_xml
from engine.process.decisions import Decision, read_cell, read_decision
from engine.process.expressions import Forbidden
from tests.engine.models.drawn import WAY_HOME
from tests.engine.process.cases import loan_files

TABLES = {name: text for name, text in {**bpmn.files(), **loan_files()}.items() if name.endswith(".dmn")}


def decision(content: bytes) -> Decision:
    return read_decision(next(parse_xml(content, "table.dmn").iter("{*}decision")))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_decides_as_the_library_does_for_every_combination_of_words(name: str) -> None:
    ours = decision(TABLES[name])
    parser = SpiffBpmnParser()
    parser.add_dmn_xml(etree.fromstring(TABLES[name]))
    theirs = parser.get_engine(ours.id, None)
    assert ours.possible()
    for words in ours.possible():
        data = dict(zip(ours.inputs, words, strict=True))
        task = SimpleNamespace(data=data, workflow=SimpleNamespace(script_engine=PythonScriptEngine()))
        assert ours.decide(data) == dict(theirs.result(task)), words


@pytest.mark.parametrize(
    ("weather", "ask", "way"),
    [("dry", "yes", "short"), ("dry", None, "short"), ("wet", "yes", "long"), ("wet", "maybe", "short")],
)
def test_the_row_that_fits_decides(weather: str, ask: str | None, way: str) -> None:
    assert decision(WAY_HOME).decide({"weather": weather, "ask": ask, "other": "ignored"}) == {"way": way}


def test_where_no_row_fits_the_words_are_told() -> None:
    with pytest.raises(ModelError, match="weather = storm"):
        decision(WAY_HOME).decide({"weather": "storm", "ask": "yes"})


@pytest.mark.parametrize(
    ("text", "admits"),
    [
        (None, {"a", "b", "c"}),
        ("", {"a", "b", "c"}),
        (" - ", {"a", "b", "c"}),
        ('"a"', {"a"}),
        ('"a", "c"', {"a", "c"}),
        ('not("a")', {"b", "c"}),
        ('not ( "a","b" )', {"c"}),
    ],
)
def test_a_cell_admits(text: str | None, admits: set[str]) -> None:
    assert {word for word in "abc" if read_cell(text).admits(word)} == admits


@pytest.mark.parametrize(
    "text", ["a", "18", ">= 18", '"a" or "b"', "[1..3]", 'not "a"', '"a",', "? == 1", "date('x')"]
)
def test_a_cell_of_anything_but_words_is_refused(text: str) -> None:
    with pytest.raises(Forbidden):
        read_cell(text)


def test_an_input_not_enumerated_may_be_any_word_of_its_cells() -> None:
    bare = decision(WAY_HOME.replace(b'<inputValues><text>"yes","maybe"</text></inputValues>', b""))
    assert set(bare.possible()) == set(product(("dry", "wet"), ("yes",)))
