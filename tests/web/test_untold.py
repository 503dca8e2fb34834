"""Who may see the case but not the verification: no address, no answer, no second question, on any page."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from engine.models.structure import read_models
from engine.models.xml import parse_xml
from tests.web.conftest import HASH, Person
from tests.workflows.builders import BPMN, World, noon
from workflows import comments
from workflows.admission import choices
from workflows.admission.steps import STEPS
from workflows.desk import case_page, case_story, untold
from workflows.people.records import user_account
from workflows.people.users import add_user

PAGES = ("", "/dossier", "/road", "/road?process=verification", "/outlook")
# What only the Party's people read: results, marks of done steps, asked addresses.
SECRET = re.compile(
    "|".join(
        (
            "có vấn đề",
            "chưa có trả lời dùng được",
            "Trả lời thẩm tra lý lịch: ",
            *(re.escape(STEPS[name].label) for name in ("follow_up_verification", "weigh_adverse")),
            *(f": {re.escape(label)}" for _word, label in choices.CHECKED),
        )
    )
)


@pytest.fixture
def troubled(world: World) -> int:
    """Of two answers one is adverse, and the other unclear and asked again."""
    case_id = world.nominate()
    world.until(case_id, "send_verifications")
    world.do(case_id, "send_verifications")
    world.do(case_id, "verification_reply", answer="adverse", content="Có điều cần xem xét")
    world.do(case_id, "verification_reply", answer="unclear", content="Không rõ")
    return case_id


def told(user: Person, path: str) -> str:
    answer = user.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True).split("<main")[-1]


def test_the_union_learns_that_it_goes_on_and_nothing_of_how_it_stands(
    world: World, person: Callable[[str], Person], troubled: int
) -> None:
    asked = [task.element for task in world.tasks(troubled)]
    assert "weigh_adverse" in asked or "follow_up_verification" in asked
    party, union = person("cell1"), person("union1")
    assert SECRET.search(told(party, f"/cases/{troubled}"))
    for part in PAGES:
        page = told(union, f"/cases/{troubled}{part}")
        if not part.startswith("/model"):
            found = SECRET.search(re.sub(r"<option.*?</option>", "", page))
        assert found is None, (part, found and found[0])
    page = told(union, f"/cases/{troubled}")
    assert str(untold.NOT_OVER.msgid) in page and "Thẩm tra lý lịch" in page
    with world.store.transaction(writing=False) as tx:
        whole = case_page.case_page(tx, troubled)
        assert whole is not None
        known, _tags = case_story.drawn_marks(tx, whole, world.today)
        marks, tags = case_story.drawn_marks(tx, untold.without(whole), world.today, whole=False)
    assert known.keys() & untold.ELEMENTS
    assert not (marks.keys() | tags.keys()) & untold.ELEMENTS
    assert marks["verification"] == "now"


def test_no_step_of_the_verification_is_forgotten() -> None:
    root = parse_xml(Path(BPMN / "verification.bpmn").read_bytes(), "verification.bpmn")
    steps = {step.id for step in read_models({"verification.bpmn": root}).steps("userTask")}
    assert steps and steps <= untold.ELEMENTS


def test_papers_of_the_verification_are_not_listed_for_the_union(
    world: World, person: Callable[[str], Person], troubled: int
) -> None:
    assert {"verification_letter", "verification_reply"} <= untold.PAPERS
    party, union = (told(person(who), f"/cases/{troubled}") for who in ("cell1", "union1"))
    letter = "Văn bản"
    count = re.compile(letter + r"[^0-9]{0,80}([0-9]+)", re.S)
    assert int(count.findall(union)[0]) < int(count.findall(party)[0])


def test_what_was_said_at_a_step_of_the_verification_stays_among_the_party(
    world: World, person: Callable[[str], Person], troubled: int
) -> None:
    hidden = next(task for task in world.tasks(troubled) if task.element in untold.ELEMENTS)
    given = {"by": world.users["school1"], "now": noon(world.today)}
    with world.store.transaction() as tx:
        comments.add(tx, troubled, "Chỉ cấp ủy biết", task_id=hidden.id, **given)
        comments.add(tx, troubled, "Ai cũng đọc được", task_id=None, **given)
    page = told(person("cell1"), f"/cases/{troubled}/comments")
    assert "Chỉ cấp ủy biết" in page and "Ai cũng đọc được" in page
    union = person("union1")
    page = told(union, f"/cases/{troubled}/comments")
    assert "Chỉ cấp ủy biết" not in page and "Ai cũng đọc được" in page
    assert '<span class="num">(1)</span>' in told(union, f"/cases/{troubled}")


def test_what_the_file_was_opened_for_gives_nothing_away_to_the_union_and_the_student(
    world: World, person: Callable[[str], Person], troubled: int
) -> None:
    while not any(task.element == "weigh_adverse" for task in world.tasks(troubled)):
        world.do(troubled, "follow_up_verification")
    party, number = person("school1"), world.task(troubled, "weigh_adverse").id
    party.get(f"/tasks/{number}/texts")
    party.post(f"/tasks/{number}/texts", {"step": "weigh_adverse", "other": "hỏi lại về người thân"})
    with world.store.transaction() as tx:
        add_user(tx, "student1", "student1", student_id=world.students[0])
        tx.execute(update(user_account).values(password=HASH))
    label = STEPS["weigh_adverse"].label
    page = told(party, f"/cases/{troubled}/readings")
    assert label in page and "người thân" in page
    for who, path in (("union1", f"/cases/{troubled}/readings"), ("student1", "/me")):
        page = told(person(who), path)
        assert "Làm việc với hồ sơ" in page and label not in page and "người thân" not in page
