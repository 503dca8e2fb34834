"""How large the demonstration is, and the chance that everything in it is drawn by."""

import random
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Measures:
    """Numbers of things at a scale; 1.0 is the province. Even the smallest world has a university."""

    communes: int
    schools: int
    higher: int
    members: int
    students: int
    cases: int

    @classmethod
    def at(cls, scale: float) -> "Measures":
        def part(whole: int, least: int) -> int:
            return max(least, round(whole * scale))

        return cls(
            communes=part(99, 3),
            schools=part(110, 2),
            higher=part(8, 1),
            members=part(6_000, 70),
            students=part(30_000, 60),
            cases=part(600, 10),
        )


@cache
def words() -> dict[str, list[str]]:
    return tomllib.loads((files(__package__) / "names.toml").read_text(encoding="utf-8"))


def person(chance: random.Random, gender: str) -> str:
    """A whole name drawn by chance."""
    lists = words()
    return " ".join(
        (
            chance.choice(lists["family"]),
            chance.choice(lists[f"middle_{gender}"]),
            chance.choice(lists[f"given_{gender}"]),
        )
    )
