"""How a command answers: lines for a person, one JSON object for a program, one exit code for a script."""

import json
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import click

from engine.errors import Failure

P = ParamSpec("P")
R = TypeVar("R")

json_option = click.option(
    "--json", "as_json", is_flag=True, help="In một đối tượng JSON cho chương trình khác đọc."
)


def tell(as_json: bool, answer: dict[str, Any], lines: Sequence[str]) -> None:
    """Print the answer once, in the form that was asked for."""
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, default=str))
    else:
        for line in lines:
            click.echo(line)


def refuse(message: str) -> NoReturn:
    """End the command with a sentence that says what to do (exit code 1)."""
    raise click.ClickException(message)


def in_words(command: Callable[P, R]) -> Callable[P, R]:
    """A failure of ours ends a command with its sentence, never with a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Failure as failure:
            raise click.ClickException(str(failure)) from failure

    return run
