"""The stories that the cases of the demonstration tell, read from `stories.toml`, and how many of each."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Story:
    """One kind of case: how far it comes and what happens on the way. Fields as in the data file."""

    name: str
    share: int
    months: int
    stop: str | None = None
    adult: bool = True
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    leaves: Mapping[str, str] = field(default_factory=dict)
    checked: str = "clear"
    higher: bool = False
    small: bool = False


@cache
def stories() -> tuple[Story, ...]:
    data = tomllib.loads((files(__package__) / "stories.toml").read_text(encoding="utf-8"))
    return tuple(Story(**entry) for entry in data["story"])


def told(wanted: int) -> list[Story]:
    """So many stories in the proportions of their shares; the small world gets the marked ones first."""
    known = stories()
    small = [story for story in known if story.small]
    if wanted <= len(small):
        return small[:wanted]
    whole = sum(story.share for story in known)
    exact = [(story, wanted * story.share / whole) for story in known]
    counts = {story.name: max(int(share), 1 if wanted >= len(known) else 0) for story, share in exact}
    for story, _share in sorted(exact, key=lambda pair: counts[pair[0].name] - pair[1]):
        if sum(counts.values()) >= wanted:
            break
        counts[story.name] += 1
    return [story for story in known for _ in range(counts[story.name])][:wanted]
