"""The sentences of the architecture that a machine can check: who imports whom, and what is called where."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("engine", "workflows", "web", "bpmn")

# A room may import these rooms of ours.
MAY_IMPORT = {
    "bpmn": {"bpmn"},
    "engine": {"engine"},
    "workflows": {"engine", "workflows", "bpmn"},
    "web": {"engine", "workflows", "web", "bpmn"},
}

# A library has one home; a path is a file or a folder.
HOME = {
    "SpiffWorkflow": ("engine/process",),
    "apscheduler": ("engine/scheduler.py",),
    "flask": ("web",),
    "flask_security": ("web",),
    "flask_wtf": ("web",),
    "flask_babel": ("web",),
    "wtforms": ("web",),
    "alembic": ("workflows/migrations", "workflows/schema.py"),
    "python_calamine": ("workflows/imports",),
    "cryptography": ("engine/secrets.py",),
    "passlib": ("web/authenticator.py",),
    "qrcode": ("web/authenticator.py",),
    "smtplib": ("web/mail.py",),
    "lxml": ("engine/models", "engine/process"),
    "pygal": ("workflows/forecast/charts.py",),
    "segno": ("web/codes.py",),
}

# Rules of the law are pure: no database, no clock, no engine beyond its words for refusals.
PURE = [
    "workflows/rules/ages.py",
    "workflows/rules/deadlines.py",
    "workflows/rules/ballots.py",
    "workflows/rules/eligibility.py",
    "workflows/rules/standing.py",
    "workflows/rules/calendar.py",
    "workflows/people/names.py",
    "workflows/meetings/rules.py",
    "workflows/schedules/meeting_days.py",
    "workflows/schedules/school_days.py",
    "workflows/schedules/duties.py",
    "workflows/schedules/meeting_days.py",
    "workflows/schedules/school_days.py",
    "workflows/forecast/lead_times.py",
    "workflows/forecast/outlook.py",
    "workflows/forecast/plan.py",
    "workflows/forecast/months.py",
    "workflows/forecast/rungs.py",
    "workflows/forecast/sweep.py",
    "engine/process/expressions.py",
]
PURE_MAY_IMPORT_OF_OURS = {"engine.errors", "engine.words", "workflows.rules", "workflows.people"} | {
    "workflows.schedules.school_days"
}
PURE_MAY_IMPORT_OF_OURS |= {where.removesuffix(".py").replace("/", ".") for where in PURE}


def sources(*rooms: str) -> list[Path]:
    return [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module, node.lineno


def inside(path: Path, home: str) -> bool:
    where = path.relative_to(ROOT).as_posix()
    return where == home or where.startswith(home.rstrip("/") + "/")


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources(room)
        for name, line in imports(path)
        if name.split(".")[0] in ROOMS and name.split(".")[0] not in MAY_IMPORT[room]
    ]
    assert wrong == []


@pytest.mark.parametrize("library", HOME)
def test_a_library_has_one_home(library: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources(*ROOMS)
        for name, line in imports(path)
        if name.split(".")[0] == library and not any(inside(path, home) for home in HOME[library])
    ]
    assert wrong == []


@pytest.mark.parametrize("where", PURE)
def test_a_pure_rule_imports_no_database_no_clock_and_no_engine(where: str) -> None:
    path = ROOT / where
    wrong = []
    for name, line in imports(path):
        ours = name.split(".")[0] in ROOMS and not any(
            name == allowed or name.startswith(allowed + ".") for allowed in PURE_MAY_IMPORT_OF_OURS
        )
        if ours or name.split(".")[0] in {"sqlalchemy", "time", "flask"} or name.endswith(".records"):
            wrong.append(f"{where}:{line} imports {name}")
    calls = [
        f"{where}:{node.lineno} reads the clock"
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "today", "utcnow"}
    ]
    assert wrong + calls == []


def test_only_one_file_commits_or_rolls_back() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources(*ROOMS)
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "rollback"}
        and path.relative_to(ROOT).as_posix() != "engine/transactions.py"
    ]
    assert wrong == []


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_no_dependency_brings_a_package_with_our_name() -> None:
    from importlib.metadata import packages_distributions

    owners = packages_distributions()
    assert {room: set(owners.get(room, [])) - {"ketnap"} for room in ROOMS} == {room: set() for room in ROOMS}


def test_every_module_says_what_lives_in_it() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in sources(*ROOMS)
        if path.read_text(encoding="utf-8").strip()
        and "migrations/versions" not in path.as_posix()
        and not ast.get_docstring(nodes(path)[0])
    ]
    assert silent == []
