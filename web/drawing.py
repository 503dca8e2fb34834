"""A drawing cut down to what stands around the present step, so that it can be read on a page."""

import re

_FRAME = re.compile(r'viewBox="(\S+) (\S+) (\S+) (\S+)" width="\S+" height="\S+"')
_NOW = re.compile(r'class="element [^"]*\bnow\b[^"]*".*?\b(?:x|cx)="([\d.]+)"', re.DOTALL)
LEAST, MOST = 240, 2000
BEFORE = 0.35  # the share of the width that is kept before the present step


def near(svg: str, width: int) -> str:
    """The same drawing through a window of `width` around the first present step; whole where it fits."""
    frame, now = _FRAME.search(svg), _NOW.search(svg)
    if frame is None or not LEAST <= width <= MOST:
        return svg
    left, top, whole, height = (float(part) for part in frame.groups())
    if whole <= width:
        return svg
    wanted = float(now[1]) - width * BEFORE if now else left
    begin = min(max(wanted, left), left + whole - width)
    window = f'viewBox="{begin:g} {top:g} {width} {height:g}" width="{width}" height="{height:g}"'
    return svg[: frame.start()] + window + svg[frame.end() :]
