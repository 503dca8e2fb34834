"""Files that must never reach a parser, and ordinary ones that must."""

import io
import struct
import time
import zipfile

import pytest

from tests.workflows.imports.sheets import repacked, workbook
from workflows.imports import UnreadableList, read
from workflows.imports.guard import PARTS, check_workbook

SHEET = "xl/worksheets/sheet1.xml"


def test_an_ordinary_list_passes() -> None:
    check_workbook(workbook())


@pytest.mark.parametrize(
    "part",
    [
        "xl/vbaProject.bin",
        "xl/externalLinks/externalLink1.xml",
        "xl/connections.xml",
        "xl/embeddings/oleObject1.bin",
        "xl/activeX/activeX1.xml",
    ],
)
def test_macros_links_and_embedded_objects_are_refused(part: str) -> None:
    with pytest.raises(UnreadableList, match="macro"):
        check_workbook(repacked(workbook(), add={part: b"x"}))


def test_a_workbook_that_calls_itself_macro_enabled_is_refused() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook())) as book:
        types = book.read("[Content_Types].xml").replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")
    with pytest.raises(UnreadableList, match="macro"):
        check_workbook(repacked(workbook(), replace={"[Content_Types].xml": types}))


def test_a_template_fetched_from_outside_is_refused_but_an_address_in_a_cell_is_not() -> None:
    rels = (
        b'<Relationships><Relationship Id="r1" Type="http://x/%s" Target="http://x" TargetMode="External"/>'
        b"</Relationships>"
    )
    with pytest.raises(UnreadableList, match="liên kết"):
        check_workbook(repacked(workbook(), add={"xl/_rels/other.xml.rels": rels % b"attachedTemplate"}))
    check_workbook(repacked(workbook(), add={"xl/worksheets/_rels/x.xml.rels": rels % b"hyperlink"}))


def test_a_bomb_is_refused_at_once_and_not_unpacked() -> None:
    began = time.monotonic()
    with pytest.raises(UnreadableList):
        check_workbook(repacked(workbook(), add={"xl/media/big.bin": bytes(60 * 2**20)}))
    with pytest.raises(UnreadableList):
        check_workbook(repacked(workbook(), add={"xl/media/dense.bin": bytes(40 * 2**20)}))
    assert time.monotonic() - began < 10


def test_a_part_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(repacked(workbook(), add={"xl/media/big.bin": bytes(30 * 2**20)}))
    place = data.rindex(b"xl/media/big.bin") - 46  # its entry in the central directory
    struct.pack_into("<I", data, place + 24, 10)
    with pytest.raises(UnreadableList):
        check_workbook(bytes(data))


def test_too_many_parts_are_refused() -> None:
    with pytest.raises(UnreadableList, match="quá nhiều"):
        check_workbook(repacked(workbook(), add={f"xl/media/{n}.bin": b"" for n in range(PARTS)}))


def test_entities_are_refused() -> None:
    evil = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'
    with pytest.raises(UnreadableList):
        check_workbook(repacked(workbook(), replace={SHEET: evil}))


def test_a_cell_at_the_far_corner_is_refused_before_it_fills_the_memory() -> None:
    far = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    with pytest.raises(UnreadableList, match="quá dài hoặc quá rộng"):
        check_workbook(repacked(workbook(), replace={SHEET: far}))


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "a.xlsx", "trống"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", "đời cũ"),
        (b"PK\x03\x04 broken", "a.xlsx", "nguyên vẹn"),
        (b"%PDF-1.7", "a.xlsx", "nguyên vẹn"),
        (b"%PDF-1.7", "a.pdf", ".xlsx hoặc .csv"),
        (workbook(), "a.csv", ".xlsx hoặc .csv"),
        (workbook(), "a.xlsm", ".xlsx hoặc .csv"),
        (b"x" * (21 * 2**20), "a.csv", "quá lớn"),
    ],
)
def test_what_is_no_list_says_what_to_do(data: bytes, name: str, says: str) -> None:
    with pytest.raises(UnreadableList, match=says):
        read(data, name)


def test_a_workbook_with_broken_insides_is_refused_in_words() -> None:
    with pytest.raises(UnreadableList):
        read(repacked(workbook(), replace={"xl/workbook.xml": b"<workbook"}), "a.xlsx")
