"""The forecast's pages: the own school to the names, figures for who stands above, nothing for others."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from io import BytesIO

import pytest
from lxml import etree
from python_calamine import CalamineWorkbook

from tests.web.conftest import Person
from tests.workflows.builders import World, noon
from workflows.forecast.reckoning import reckon
from workflows.people.pool import enter_pool
from workflows.people.students import add_students

TODAY = date(2026, 3, 2)
GRADUATES = date(2026, 5, 31)
BORN = {"Lê Thị Sớm": date(2008, 4, 20), "Phạm Văn Trễ": date(2008, 8, 9), "Hồ Sĩ Nguồn": date(2008, 4, 2)}


@pytest.fixture
def school(world: World) -> World:
    """Three more pupils, one of them in the pool; the two of the builder are of age."""
    world.today = TODAY
    rows = [
        {
            "full_name": name,
            "birth_date": born,
            "grade": 12,
            "class_name": f"12A{number}",
            "graduation_on": GRADUATES,
        }
        for number, (name, born) in enumerate(BORN.items(), start=1)
    ]
    with world.store.transaction() as tx:
        ids = add_students(tx, world.institution, rows)
        enter_pool(tx, ids[2], "Giáo viên", on=date(2026, 2, 2), by=world.users["union1"], now=noon(TODAY))
    reckon(world.store, noon(TODAY))
    return world


def cells(page: str, heading: str) -> dict[str, list[str]]:
    """Month → figures of the table under a heading."""
    table = page[page.index(heading) :].split("</table>")[0]
    rows = re.findall(r'<th scope="row"[^>]*>([^<]*)</th>(.*?)</tr>', table, re.DOTALL)
    return {month: re.findall(r"(?:>|^)(\d+|–)<", unescape(figures)) for month, figures in rows}


def listed(page: str) -> list[str]:
    return re.findall(r'class="main" href="[^"]*">([^<]*)<', page)


@pytest.mark.parametrize("who", ["cell1", "school1", "union1"])
def test_the_schools_people_see_the_months_and_go_on_to_the_names(
    school: World, person: Callable[[str], Person], who: str
) -> None:
    user = person(who)
    assert user.get("/forecast").status_code == 200
    assert "5 học sinh, sinh viên; 1 người trong nguồn, 0 hồ sơ" in user.page
    table = cells(user.page, "Đến ngày đủ tuổi")
    assert table["04/2026"] == ["2", "–", "1"]
    assert table["08/2026"] == ["–", "1", "–"]
    assert table["Cộng"] == ["2", "1", "1"]
    link = re.search(r'href="(/forecast/people\?what=of_age&[^"]*month=2026-04[^"]*)"', unescape(user.page))
    assert link is not None
    user.get(link[1])
    assert listed(user.page) == ["Hồ Sĩ Nguồn", "Lê Thị Sớm"]  # by day
    assert "02/04/2026" in user.page and "31/05/2026" in user.page


def test_filters_stay_in_the_address_and_narrow_the_figures(
    school: World, person: Callable[[str], Person]
) -> None:
    user = person("cell1")
    user.get("/forecast?class=12A1&horizon=12")
    assert cells(user.page, "Đến ngày đủ tuổi")["Cộng"] == ["1", "0", "0"]
    assert "class=12A1" in user.page and "horizon=12" in user.page
    user.get("/forecast?followed=pool")
    assert "1 học sinh, sinh viên; 1 người trong nguồn" in user.page
    user.get("/forecast?class=12A9")
    assert "Không có ai khớp với bộ lọc." in user.page and "Bỏ lọc" in user.page
    user.get("/forecast/people?what=of_age&month=2027-01")
    assert "Không có ai trong thời gian này." in user.page


def test_who_stands_above_sees_figures_and_no_name(school: World, person: Callable[[str], Person]) -> None:
    above = person("commune1")
    above.get("/forecast")
    assert "5 học sinh, sinh viên" in above.page and "Tính lúc" in above.page
    assert cells(above.page, "Đến ngày đủ tuổi")["04/2026"] == ["2", "–", "1"]
    assert "/students/" not in above.page
    above.get(f"/forecast/people?where=below&school={school.institution}&what=of_age")
    assert "Không có ai mà đồng chí được xem tên." in above.page
    for name in BORN:
        assert name not in above.page
    assert "where=own" not in above.page


def test_who_stands_above_sees_the_name_of_a_case_that_may_be_opened(
    school: World, person: Callable[[str], Person]
) -> None:
    case_id = school.nominate()
    above = person("board1")
    above.get(f"/forecast/people?where=below&school={school.institution}&what=ready")
    assert listed(above.page) == ["Nguyễn Văn Thử"]
    assert f"/cases/{case_id}" in above.page
    assert above.get(f"/cases/{case_id}").status_code == 200


def test_a_cell_that_follows_nobody_there_sees_nobody(school: World, person: Callable[[str], Person]) -> None:
    other = person("other1")
    for query in (
        "",
        "?where=own",
        f"?where=below&school={school.institution}",
        f"?school={school.institution}",
    ):
        other.get(f"/forecast{query}")
        assert not re.search(r"[1-9]\d* học sinh, sinh viên;", other.page), query
    other.get(f"/forecast/people?where=own&school={school.institution}&what=of_age")
    assert listed(other.page) == []


def test_the_chart_is_a_picture_of_its_own_without_scripts(
    school: World, person: Callable[[str], Person]
) -> None:
    user = person("cell1")
    answer = user.get("/forecast/chart.svg?part=age")
    assert answer.mimetype == "image/svg+xml"
    picture = etree.fromstring(answer.data)
    tags = {etree.QName(one).localname for one in picture.iter() if isinstance(one.tag, str)}
    assert "script" not in tags and "rect" in tags
    assert not re.search(rb'(?:href|src)="https?:', answer.data)
    user.get("/forecast")
    assert 'src="/forecast/chart.svg?part=age' in user.page


def test_figures_and_names_are_taken_along_as_sheets(school: World, person: Callable[[str], Person]) -> None:
    user = person("cell1")
    rows = _sheet(user.get("/forecast/export.xlsx").data)
    april = next(row for row in rows if row[1] == "04/2026")
    assert april[2:5] == [2.0, 0.0, 1.0]
    people = _sheet(user.get("/forecast/people.xlsx?what=of_age").data)
    assert [row[1] for row in people] == ["Họ và tên", "Hồ Sĩ Nguồn", "Lê Thị Sớm"]
    assert people[1][0] == date(2026, 4, 2)
    above = _sheet(person("commune1").get("/forecast/export.xlsx").data)
    assert above[1][0] == "Trường THPT Thử Nghiệm"
    assert not any(name in str(above) for name in BORN)


def _sheet(content: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def test_before_the_first_night_a_superior_is_told_so(world: World, person: Callable[[str], Person]) -> None:
    above = person("commune1")
    above.get("/forecast")
    assert "Chưa có số liệu. Chương trình tính lại mỗi đêm" in above.page


@pytest.mark.parametrize(
    "query", ["?month=2026-13&what=of_age&horizon=7", "?what=x&month=y&page=zz", "?page=-3&what=of_age"]
)
def test_what_nobody_knows_in_an_address_is_as_good_as_nothing(
    school: World, person: Callable[[str], Person], query: str
) -> None:
    user = person("cell1")
    assert user.get(f"/forecast{query}").status_code == 200
    assert user.get(f"/forecast/people{query}").status_code == 200
    assert user.get(f"/forecast/chart.svg{query}&part=zz").status_code == 200
