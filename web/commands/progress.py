"""Progress for a person at a terminal, silence for a program that reads --json."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

# (what is being done, how much of it is done, how much there is)
Step = Callable[[str, int, int], None]


@contextmanager
def shown(quiet: bool = False) -> Iterator[Step]:
    """Yield a function that a long work calls as it goes on; one bar a step, drawn on standard error."""
    if quiet:
        yield lambda what, done, total: None
        return
    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bars: dict[str, int] = {}

        def step(what: str, done: int, total: int) -> None:
            if what not in bars:
                bars[what] = int(progress.add_task(what, total=total))
            progress.update(bars[what], completed=done, total=total)  # type: ignore[arg-type]

        yield step


def _lines(console: Console) -> Step:
    """Where no terminal is, one line when a step ends is enough."""
    ended: set[str] = set()

    def step(what: str, done: int, total: int) -> None:
        if done >= total and what not in ended:
            ended.add(what)
            console.print(f"{what}: {total}", highlight=False)

    return step
