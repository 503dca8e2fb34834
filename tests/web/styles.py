"""Bootstrap cut down to what the pages use: `python -m tests.web.styles` writes web/static/bootstrap.css.

What stays: rules of plain elements, buttons and fields, and the small utilities (distances, flex, text) that
a template may use at any time. The rest of the look is ours, in ketnap.css.
"""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

WEB = Path(__file__).parents[2] / "web"
TRIMMED = WEB / "static" / "bootstrap.css"
HEAD = "/* Bootstrap 5 (MIT licence), cut down by tests/web/styles.py: not edited by hand. */\n"
UTILITIES = re.compile(
    r"[mp][tbesxy]?-(?:[0-5]|auto)|d-(?:none|block|flex|grid|inline|inline-block|inline-flex)|flex-\w+(?:-\w+)?"
    r"|justify-content-\w+|align-(?:items|self)-\w+|gap-[0-5]|text-(?:start|center|end|nowrap|break)"
    r"|fw-\w+|w-100|visually-hidden"
)
COMPONENTS = re.compile(
    r"btn(?:-primary|-outline-secondary|-link|-sm)?|form-label|form-(?:control|select)(?:-sm)?"
    r"|form-check(?:-input|-label)?|is-invalid|disabled"
)
NEVER = re.compile(r"data-bs-theme=|:-ms-|::-ms-|-moz-focus|\.was-validated|plaintext|floating|\.btn-group")
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_SETTING = re.compile(r"(?<=[{;])(--bs-[\w-]+):[^;}]*(?:;|(?=\}))")
_VARIABLE = re.compile(r"var\((--bs-[\w-]+)")


def trimmed() -> str:
    """The style sheet, one rule a line."""
    source = files("flask_bootstrap").joinpath("static/bootstrap5/css/bootstrap.min.css").read_text("utf-8")
    source = re.sub(r"/\*.*?\*/|@charset[^;]*;", "", source, flags=re.DOTALL)
    kept = "\n".join(_kept(source))
    ours = "\n".join(path.read_text("utf-8") for path in (WEB / "static").glob("ketnap.css"))
    return HEAD + _without_unused_variables(kept, ours) + "\n"


def _kept(css: str) -> Iterator[str]:
    for head, body in _blocks(css):
        if head.startswith(("@media", "@supports")):
            inner = "".join(_kept(body))
            if inner and "prefers-reduced-motion:no-preference" not in head:
                yield f"{head}{{{inner}}}"
        elif head.startswith("@"):
            continue  # animations: none is used
        else:
            selectors = ",".join(one for one in head.split(",") if _used(one))
            if selectors:
                yield f"{selectors}{{{body}}}"


def _used(selector: str) -> bool:
    named = _CLASS.findall(selector)
    return not NEVER.search(selector) and all(
        UTILITIES.fullmatch(one) or COMPONENTS.fullmatch(one) for one in named
    )


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """(what stands before a brace, what stands in it), at the outermost level."""
    depth = begin = opened = 0
    for place, char in enumerate(css):
        if char == "{":
            depth += 1
            opened = place if depth == 1 else opened
        elif char == "}":
            depth -= 1
            if depth == 0:
                yield css[begin:opened].strip(), css[opened + 1 : place]
                begin = place + 1


def _without_unused_variables(css: str, ours: str) -> str:
    used = set(_VARIABLE.findall(css + ours))
    kept = _SETTING.sub(lambda one: one[0] if one[1] in used else "", css)
    if kept != css:  # one that is gone may have named another
        return _without_unused_variables(kept, ours)
    return re.sub(r"\n[^\n{}]*\{\}", "", css)


if __name__ == "__main__":
    TRIMMED.write_text(trimmed(), encoding="utf-8")
    print(TRIMMED, TRIMMED.stat().st_size)
