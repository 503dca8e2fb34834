"""Model files from strangers: what is not even looked into."""

import pytest

from engine.errors import ModelError
from engine.models.xml import LARGEST_FILE, parse_xml

BOMB = b"<!DOCTYPE a [" + b"".join(
    b'<!ENTITY e%d "%s">' % (n, b"x" if n == 0 else b"&e%d;" % (n - 1) * 10) for n in range(9)
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "XML"),
        (b"not xml", "XML"),
        (b"<a><b></a>", "XML"),
        (b"<!DOCTYPE a><a/>", "DOCTYPE"),
        (b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>', "DOCTYPE"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>', "DOCTYPE"),
        (BOMB + b"]><a>&e8;</a>", "DOCTYPE|XML"),
        (b"<a>" + b" " * LARGEST_FILE + b"</a>", "2 MB"),
        (b"<a>" * 5000, "XML"),
    ],
)
def test_a_file_that_may_do_harm_is_not_read_and_named(content: bytes, reason: str) -> None:
    with pytest.raises(ModelError, match=reason) as raised:
        parse_xml(content, "model.bpmn")
    assert raised.value.element == "model.bpmn"
