"""What a spreadsheet file must pass before any parser opens it: size, parts, ratio, no macros, no links out.

Sizes that the archive declares are not believed: every part is unpacked against a budget and thrown away.
A parser makes one block of all cells between the first and the last used one, so the far corner counts too.
"""

import re
import struct
import zipfile
import zlib
from io import BytesIO

from engine.errors import Text
from workflows.imports.faults import UnreadableList

FILE_BYTES = 20 * 2**20
TOTAL_BYTES = 50 * 2**20
PARTS = 2_000
RATIO = 200
RATIO_FROM_BYTES = 2**20  # small parts may pack as well as they like
CELLS = 4_000_000
ROWS = 100_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCAL = struct.Struct("<4s5H3I2H")
_CORNER = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]{0,3})([0-9]{1,9})""")
_OUTSIDE = re.compile(rb"<Relationship\b[^>]*?>", re.DOTALL)
_ACTIVE = (
    "vbaproject",
    "xl/externallinks/",
    "xl/connections",
    "xl/embeddings/",
    "xl/activex/",
    "xl/macrosheets/",
)


def check_workbook(data: bytes) -> None:
    """Raises UnreadableList, with the reason, unless the file is a plain .xlsx of bearable size."""
    if data.startswith(_OLE):
        raise UnreadableList(
            Text("Tệp là Excel đời cũ (.xls) hoặc có mật khẩu. Hãy bỏ mật khẩu, lưu lại dạng .xlsx.")
        )
    if len(data) > FILE_BYTES:
        raise UnreadableList(Text("Tệp quá lớn (trên {limit} MB).", limit=FILE_BYTES // 2**20))
    try:
        parts = zipfile.ZipFile(BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise _not_excel() from error
    _check_names(parts)
    budget = TOTAL_BYTES
    for part in parts:
        content = _unpack(data, part, budget)
        budget -= len(content)
        _check_content(part.filename, content)


def _not_excel() -> UnreadableList:
    return UnreadableList(Text("Tệp không phải Excel .xlsx nguyên vẹn. Hãy lưu lại dạng .xlsx hoặc .csv."))


def _check_names(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename.lower() for part in parts]
    if len(parts) > PARTS:
        raise UnreadableList(Text("Tệp có quá nhiều phần bên trong. Hãy chép danh sách sang tệp Excel mới."))
    if "xl/workbook.xml" not in names or len(set(names)) != len(names):
        raise _not_excel()
    for name in names:
        if any(name.startswith(mark) or mark in name.rsplit("/", 1)[-1] for mark in _ACTIVE):
            raise UnreadableList(
                Text("Tệp có macro, liên kết hoặc đối tượng nhúng. Hãy chép riêng giá trị sang tệp mới.")
            )
    if sum(part.file_size for part in parts) > TOTAL_BYTES:
        raise _bomb()


def _bomb() -> UnreadableList:
    return UnreadableList(
        Text(
            "Tệp khi mở ra vượt {limit} MB. Hãy chép riêng danh sách sang tệp Excel mới.",
            limit=TOTAL_BYTES // 2**20,
        )
    )


def _unpack(data: bytes, part: zipfile.ZipInfo, budget: int) -> bytes:
    """The part's bytes, read from its own place in the file and never more than the budget."""
    if part.flag_bits & 0x1:
        raise UnreadableList(Text("Tệp có mật khẩu. Hãy bỏ mật khẩu rồi tải lên lại."))
    packed = _packed(data, part)
    if part.compress_type == zipfile.ZIP_STORED:
        content = packed
    elif part.compress_type == zipfile.ZIP_DEFLATED:
        unpacking = zlib.decompressobj(-15)
        try:
            content = unpacking.decompress(packed, budget + 1)
        except zlib.error as error:
            raise _not_excel() from error
    else:
        raise _not_excel()
    if len(content) > budget:
        raise _bomb()
    if len(content) > RATIO_FROM_BYTES and len(content) > RATIO * max(len(packed), 1):
        raise _bomb()
    if len(content) != part.file_size:
        raise _not_excel()
    return content


def _packed(data: bytes, part: zipfile.ZipInfo) -> bytes:
    header = data[part.header_offset : part.header_offset + _LOCAL.size]
    if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
        raise _not_excel()
    name_length, extra_length = _LOCAL.unpack(header)[-2:]
    start = part.header_offset + _LOCAL.size + name_length + extra_length
    packed = data[start : start + part.compress_size]
    if len(packed) != part.compress_size:
        raise _not_excel()
    return packed


def _check_content(name: str, content: bytes) -> None:
    lower = name.lower()
    if lower.endswith((".xml", ".rels")) and b"<!DOCTYPE" in content[:4096].upper():
        raise _not_excel()
    if lower == "[content_types].xml" and b"macroenabled" in content.lower():
        raise UnreadableList(Text("Tệp có macro (.xlsm). Hãy lưu lại dạng .xlsx rồi tải lên."))
    if lower.endswith(".rels"):
        _check_relations(content)
    if lower.startswith("xl/worksheets/") and lower.endswith(".xml"):
        _check_corner(content)


def _check_relations(content: bytes) -> None:
    """Addresses typed in cells are harmless and common in lists; every other way out is not."""
    for relation in _OUTSIDE.findall(content):
        if b"External" in relation and b"/hyperlink" not in relation:
            raise UnreadableList(
                Text("Tệp có liên kết ra ngoài. Hãy chép danh sách (chỉ giá trị) sang tệp Excel mới.")
            )


def _check_corner(content: bytes) -> None:
    last_row = last_column = 0
    for letters, digits in set(_CORNER.findall(content)):
        last_row = max(last_row, int(digits))
        last_column = max(last_column, _column(letters))
    if last_row > ROWS or last_row * last_column > CELLS:
        raise UnreadableList(
            Text("Trang tính quá dài hoặc quá rộng. Hãy xóa các dòng, cột trống ở xa rồi tải lên lại.")
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
