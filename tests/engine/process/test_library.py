"""The library is used as it comes: the pinned version, with nothing in it replaced."""

import importlib.metadata
import inspect
import sys

import engine.process
from engine.process import Functions, Process
from tests.engine.process.cases import FUTURE, NOW, specs

OURS = ("engine", "workflows", "web", "tests", "bench")


def test_the_version_is_the_one_that_was_measured_and_walked() -> None:
    assert importlib.metadata.version("SpiffWorkflow") == "3.2.0"


def test_nothing_in_the_library_is_replaced_by_code_of_ours() -> None:
    assert engine.process
    Process.start(specs("loan"), Functions(lambda name: "reader", lambda name: FUTURE), NOW)
    foreign, seen = [], 0
    for name, module in list(sys.modules.items()):
        if not name.startswith("SpiffWorkflow"):
            continue
        owners = [module, *(value for value in vars(module).values() if inspect.isclass(value))]
        for owner in owners:
            for key, value in list(vars(owner).items()):
                if inspect.isfunction(value) and value.__module__.startswith(
                    ("engine", "workflows", "tests")
                ):
                    foreign.append(f"{owner.__name__}.{key}")
                seen += inspect.isfunction(value)
    assert foreign == []
    assert seen > 1000
