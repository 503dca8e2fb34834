"""One student's case by the verbs alone, from nomination to official member."""

from tests.workflows.builders import World


def test_a_student_becomes_an_official_member_by_the_verbs_alone(world: World) -> None:
    case_id = world.nominate()
    closed = world.walk(case_id)
    assert closed.closed_as == "official_member"
