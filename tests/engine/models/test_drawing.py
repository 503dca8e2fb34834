"""The picture that the server makes: proper notation, marks, counts, and nothing that could run."""

from pathlib import Path

import pytest
from lxml import etree

from engine.errors import NotFound
from engine.models.drawing import render
from engine.models.layout import draw

LOAN = Path(__file__).parents[1] / "loan"
FILES = {path.name: draw(path.read_bytes()) for path in LOAN.glob("*.bpmn")}
SVG = "{http://www.w3.org/2000/svg}"


def picture(process: str, **more: object):
    return etree.fromstring(render(FILES, process, **more))


def element(svg, id: str):
    (found,) = svg.xpath(f'//*[local-name()="g"][@data-element="{id}"]')
    return found


def test_the_picture_names_itself_for_those_who_do_not_see_it() -> None:
    svg = picture("lending")
    assert svg.get("role") == "img"
    title = svg.find(f"{SVG}title")
    assert title.get("id") == svg.get("aria-labelledby")
    assert title.text == "Sơ đồ: Cho mượn"


def test_every_element_and_flow_of_the_diagram_is_in_the_picture() -> None:
    root = etree.fromstring(FILES["loan.bpmn"])
    flows = [node.get("id") for node in root.iter("{*}sequenceFlow")]
    tasks = [node.get("id") for node in root.iter("{*}userTask", "{*}callActivity", "{*}exclusiveGateway")]
    svg = picture("loan")
    for id in flows + tasks:
        assert element(svg, id) is not None


def test_each_element_has_its_class_and_says_its_name() -> None:
    task = element(picture("lending"), "sign_card")
    assert task.get("class") == "element userTask"
    assert task.find(f"{SVG}title").text == "Ký thẻ mượn"


@pytest.mark.parametrize("mark", ["now", "done", "stopped"])
def test_a_mark_becomes_a_class_and_a_colour(mark: str) -> None:
    plain, marked = (element(picture("lending", marks=m), "sign_card") for m in ({}, {"sign_card": mark}))
    assert mark in marked.get("class").split()
    fills = [g.find(f"{SVG}rect").get("fill") for g in (plain, marked)]
    assert fills[0] != fills[1]


def test_where_the_case_stands_now_has_a_halo_so_that_colour_is_not_all() -> None:
    svg = picture("lending", marks={"sign_card": "now", "request_book": "done"})
    assert [
        halo.getparent().get("data-element") for halo in svg.iter(f"{SVG}rect") if halo.get("class") == "halo"
    ] == ["sign_card"]


def test_an_unknown_mark_is_left_out() -> None:
    task = element(picture("lending", marks={"sign_card": 'x" onload="alert(1)'}), "sign_card")
    assert task.get("class") == "element userTask"


def test_no_style_attribute_no_style_element_and_no_script() -> None:
    svg = picture("loan", marks={"lending": "now"}, counts={}, links={"lending": "/models/lending"})
    assert not [node for node in svg.iter() if node.get("style") is not None]
    assert not list(svg.iter(f"{SVG}style", f"{SVG}script", f"{SVG}foreignObject"))
    assert not [name for node in svg.iter() for name in node.attrib if name.startswith("on")]


def test_what_a_model_says_stays_text() -> None:
    evil = FILES["packing.bpmn"].replace(
        b'<bpmn:process id="packing" name="',
        b'<bpmn:process id="packing" name="&lt;script&gt;alert(1)&lt;/script&gt; ',
    )
    assert evil != FILES["packing.bpmn"]
    text = render({"packing.bpmn": evil}, "packing")
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_a_link_leads_from_a_stage_to_its_own_picture() -> None:
    svg = picture("loan", links={"lending": '/models/lending?a="b'})
    (link,) = svg.iter(f"{SVG}a")
    assert link.get("href") == '/models/lending?a="b'
    assert link.find(f"{SVG}g").get("data-element") == "lending"


def test_a_call_activity_is_thick_and_a_multi_instance_shows_its_three_lines() -> None:
    called = element(picture("loan"), "lending").find(f"{SVG}rect").get("stroke-width")
    plain = element(picture("lending"), "sign_card").find(f"{SVG}rect").get("stroke-width")
    assert float(called) > 2 * float(plain)
    paths = lambda id: len(list(element(picture("lending"), id).iter(f"{SVG}path")))  # noqa: E731
    assert paths("expert_opinion") == paths("sign_card") + 1


def test_an_interrupting_event_on_a_border_has_two_whole_rings() -> None:
    root = etree.fromstring(FILES["loan.bpmn"])
    event = next(root.iter("{*}boundaryEvent")).get("id")
    rings = list(element(picture("loan"), event).iter(f"{SVG}circle"))
    assert len(rings) >= 2
    assert not [ring for ring in rings if ring.get("stroke-dasharray")]


def test_lanes_are_drawn_with_their_titles() -> None:
    texts = [text.text for text in picture("lending").iter(f"{SVG}text")]
    assert "reader" in texts


def test_a_heat_picture_counts_everything_and_shows_what_was_never_passed() -> None:
    svg = picture("packing", counts={})
    counts = [text.text for text in svg.iter(f"{SVG}text") if text.get("class") == "count"]
    assert set(counts) == {"0"}
    flows = [node for node in svg.iter(f"{SVG}g") if node.get("class") == "flow"]
    assert len(counts) >= len(flows)


def test_a_plain_picture_counts_nothing() -> None:
    assert not [node for node in picture("packing").iter() if node.get("class") == "count"]


def test_names_break_into_lines_that_fit_their_boxes() -> None:
    long = FILES["packing.bpmn"]
    root = etree.fromstring(long)
    task = next(root.iter("{*}userTask"))
    task.set(
        "name", "Đảng ủy cơ sở ra nghị quyết đề nghị công nhận đảng viên chính thức đúng thời hạn quy định"
    )
    svg = etree.fromstring(render({"packing.bpmn": etree.tostring(root)}, "packing"))
    group = element(svg, task.get("id"))
    rect = group.find(f"{SVG}rect")
    top, bottom = float(rect.get("y")), float(rect.get("y")) + float(rect.get("height"))
    lines = list(group.iter(f"{SVG}tspan"))
    assert len(lines) > 2
    assert all(top < float(line.get("y")) < bottom for line in lines)


def test_a_process_that_no_file_has_is_not_found() -> None:
    with pytest.raises(NotFound):
        render(FILES, "no_such_process")


def test_a_model_that_is_not_drawn_says_how_to_draw_it() -> None:
    root = etree.fromstring(FILES["packing.bpmn"])
    for diagram in root.findall("{*}BPMNDiagram"):
        root.remove(diagram)
    with pytest.raises(NotFound, match="models draw"):
        render({"packing.bpmn": etree.tostring(root)}, "packing")


def test_a_tag_says_when_and_how_often_with_a_sign_beside_the_colour() -> None:
    marks = {"sign_card": "done", "request_book": "next"}
    svg = picture("lending", marks=marks, tags={"sign_card": "18/08/2025 · 2×"})
    said = {
        id: [text.text for text in element(svg, id).iter(f"{SVG}text") if text.get("class") == "tag"]
        for id in marks
    }
    assert said == {"sign_card": ["✓ 18/08/2025 · 2×"], "request_book": ["→"]}


def test_every_name_is_said_in_the_language_of_the_reader() -> None:
    svg = picture("lending", words=lambda text: str(text).upper())
    assert svg.find(f"{SVG}title").text == "SƠ ĐỒ: CHO MƯỢN"
    assert element(svg, "sign_card").find(f"{SVG}title").text == "KÝ THẺ MƯỢN"
    assert not [text.text for text in svg.iter(f"{SVG}tspan") if text.text != (text.text or "").upper()]
