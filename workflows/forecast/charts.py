"""Bars by month as SVG, made on the server without scripts; the table beside says the same in figures.

The headings of that table carry the colours of the bars, in the same order: see `ketnap.css`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pygal.graph.bar import Bar
from pygal.style import Style

FONT: Final = '"Segoe UI", "Noto Sans", "Liberation Sans", Arial, sans-serif'
COLOURS: Final = ("#2f6b9a", "#c98a1b", "#7a4b8f", "#3f8f5f")  # told apart by light too, not by hue alone
LABELS: Final = 8  # so many months are named; more would run into each other
_STYLE: Final = Style(  # type: ignore[no-untyped-call]
    background="#ffffff",
    plot_background="#ffffff",
    foreground="#3c4651",
    foreground_strong="#1c242c",
    foreground_subtle="#d5dbe1",
    opacity="1",
    opacity_hover="1",
    transition="0s",
    colors=COLOURS,
    font_family=FONT,
    label_font_size=17,
    major_label_font_size=17,
    legend_font_size=14,
    no_data_font_size=18,
)


def bars(months: Sequence[str], series: Mapping[str, Sequence[int]], *, empty: str) -> bytes:
    """One group of bars a month; `series`: name → a figure for each month."""
    most = max((max(figures, default=0) for figures in series.values()), default=0)
    chart: Any = Bar(  # type: ignore[no-untyped-call]
        js=[],
        style=_STYLE,
        width=720,
        height=340,
        show_legend=False,
        x_labels_major_every=max(1, -(-len(months) // LABELS)),
        show_minor_x_labels=False,
        truncate_label=-1,
        min_scale=2,
        max_scale=6,
        margin=4,
        spacing=6,
        range=(0, max(most, 1)),
        value_formatter=lambda value: f"{value:.0f}",
        no_data_text=empty,
    )
    chart.x_labels = [f"{month[5:]}/{month[2:4]}" for month in months]
    for name, figures in series.items():
        chart.add(name, list(figures))
    chart.add_xml_filter(_without_scripts)
    found: bytes = chart.render()
    return found


def _without_scripts(root: Any) -> Any:
    """Even without any the library leaves a script that only hands them data, and what they would show."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in ("script", "desc"):
                parent.remove(child)
    return root
