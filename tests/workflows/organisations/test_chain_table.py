"""The words of the tree and the approval table of the models agree: no step without somebody to do it."""

import xml.etree.ElementTree as ElementTree
from datetime import date
from pathlib import Path

import pytest

import bpmn
from tests.workflows.organisations import provinces as p
from workflows.organisations import chain
from workflows.organisations.kinds import PLENUM, REGIMES, STANDING

DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
TABLE = Path(bpmn.__file__).parent / "approval_chain.dmn"


def texts(rule: ElementTree.Element, tag: str) -> list[str]:
    return [(cell.findtext(f"{DMN}text") or "").strip('"') for cell in rule.findall(f"{DMN}{tag}")]


def steps(words: chain.Chain) -> tuple[str, str, str]:
    """needs_section, needs_committee, decided_by; exactly one rule may fit."""
    rules = ElementTree.parse(TABLE).iter(f"{DMN}rule")
    fitting = [
        tuple(texts(rule, "outputEntry"))
        for rule in rules
        if all(entry in ("-", word) for entry, word in zip(texts(rule, "inputEntry"), words, strict=True))
    ]
    assert len(fitting) == 1, (words, fitting)
    section, committee, decided_by = fitting[0]
    return section, committee, decided_by


def test_every_combination_of_words_has_one_rule() -> None:
    for regime in REGIMES:
        for place in chain.PLACES:
            for power in (STANDING, PLENUM):
                steps(chain.Chain(regime, place, power))


@pytest.mark.parametrize("cell", [p.CELL, p.SECTION_CELL, p.LONE_CELL, p.UNIVERSITY_CELL])
@pytest.mark.parametrize("day", [p.R1_DAY, p.R2A_DAY, p.R2B_DAY])
def test_a_step_of_the_chain_always_has_its_committee(cell: int, day: date) -> None:
    section, committee, decided_by = steps(chain.chain(p.TREE, cell, day))
    deciding = chain.deciding_committee(p.TREE, cell, day)
    assert deciding is not None
    place = p.TREE.place_on(deciding, day)
    assert place is not None
    assert decided_by == place.decided_by
    assert (committee == "yes") == (chain.base_committee(p.TREE, cell, day) is not None)
    if section == "yes":
        assert chain.section_committee(p.TREE, cell, day) is not None


@pytest.mark.parametrize(
    ("cell", "day", "expected"),
    [
        (p.CELL, p.R1_DAY, ("no", "yes", "standing")),
        (p.SECTION_CELL, p.R2A_DAY, ("yes", "yes", "standing")),
        (p.LONE_CELL, p.R2A_DAY, ("no", "no", "standing")),
        (p.UNIVERSITY_CELL, p.R2A_DAY, ("yes", "no", "plenum")),
        (p.UNIVERSITY_CELL, p.R2B_DAY, ("no", "no", "standing")),
    ],
)
def test_the_steps_above_a_cell(cell: int, day: date, expected: tuple[str, str, str]) -> None:
    assert steps(chain.chain(p.TREE, cell, day)) == expected
