"""What tests of the meeting pages do with their hands: read the boxes, press a button, count votes."""

import re
from html import unescape

from sqlalchemy import func, select

from engine.records import case
from tests.web.conftest import Person
from tests.workflows.builders import World
from workflows.admission.records import vote


def cases_of(world: World) -> list[int]:
    return [row.id for row in world.rows(select(case.c.id).order_by(case.c.id))]


def boxes(page: str) -> dict[str, str]:
    """What the form of the page would send if nothing were touched."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", page):
        name, kind = re.search(r'name="([^"]*)"', tag), re.search(r'type="([^"]*)"', tag)
        if name is None or (kind and kind[1] == "checkbox" and " checked" not in tag):
            continue
        value = re.search(r'value="([^"]*)"', tag)
        found[name[1]] = unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else re.search(r'<option value="([^"]*)"', options)[1]  # type: ignore[index]
    return {name: value for name, value in found.items() if name not in ("q", "csrf_token", "find")}


def tasks_of(world: World) -> list[int]:
    return [world.task(case_id, "cell_vote").id for case_id in cases_of(world)]


def votes(world: World, status: str) -> int:
    return int(
        world.rows(select(func.count()).where(vote.c.status == status, vote.c.step == "cell_vote"))[0][0]
    )


def record(user: Person, number: int, button: str, **more: str) -> int:
    """Press a button of the page that is open, with some boxes filled in."""
    sent = {**boxes(user.page), **more, button: "1"}
    for other in {"_fill", "_check", "_save"} - {button}:
        sent.pop(other, None)
    return user.post(f"/meetings/{number}/record", sent).status_code
