"""What was compared with what, as a table, and whether the promises of the engine are kept."""

from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.measure import Figures


@dataclass(frozen=True)
class Promise:
    """Something the engine promises, with the figure that shows it."""

    name: str
    text: str
    limit: float
    measured: Callable[[Figures], float]
    unit: str = ""

    def kept(self, figures: Figures) -> bool:
        return self.measured(figures) <= self.limit


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


PROMISES = (
    Promise("completion_ms", "một việc hoàn thành, trọn vẹn", 2.5, lambda f: f.ours_ms, "ms CPU"),
    Promise("completion_ratio", "so với cách thường", 0.2, lambda f: _ratio(f.ours_ms, f.plain_ms), "lần"),
    Promise(
        "state_bytes", "trạng thái, 12 xác minh + 5 ý kiến mở", 2048, lambda f: f.state_bytes_open, "byte"
    ),
    Promise("statements", "câu lệnh SQL của máy quy trình", 12, lambda f: f.engine_statements_most, "câu"),
    Promise(
        "flat_road", "cuối đường so với đầu", 1.5, lambda f: _ratio(f.ours_last_ms, f.ours_first_ms), "lần"
    ),
    Promise(
        "flat_loop",
        "vòng lặp cuối so với đầu",
        1.25,
        lambda f: _ratio(f.loop_last_ms, f.loop_first_ms),
        "lần",
    ),
    Promise("flat_many", "rất nhiều hồ sơ so với ít", 1.5, lambda f: _ratio(f.many_ms, f.few_ms), "lần"),
)


def verdicts(figures: Figures) -> dict[str, dict[str, float | bool]]:
    """Each promise with its limit, what was measured, and whether it is kept."""
    return {
        promise.name: {
            "limit": round(promise.limit, 4),
            "measured": round(promise.measured(figures), 4),
            "kept": promise.kept(figures),
        }
        for promise in PROMISES
    }


def print_report(figures: Figures) -> None:
    """Two tables: ours beside the plain way, and the promises."""
    console = Console()
    sides = Table(title="SpiffWorkflow + JSON (một dòng SQLite) ↔ Kết nạp (SQLite mã hóa, đủ mọi thứ)")
    for heading in ("Đo gì", "Cách thường", "Kết nạp", "Tỷ lệ"):
        sides.add_column(heading, justify="left" if heading == "Đo gì" else "right")
    for name, plain, ours, unit in _rows(figures):
        ratio = f"1 : {plain / ours:.1f}" if plain and ours else ""
        sides.add_row(name, _number(plain, unit), _number(ours, unit), ratio)
    console.print(sides)
    kept = Table(title="Lời hứa của máy quy trình")
    for heading in ("Điều hứa", "Giới hạn", "Đo được", ""):
        kept.add_column(heading, justify="right" if heading in ("Giới hạn", "Đo được") else "left")
    for promise in PROMISES:
        measured = promise.measured(figures)
        mark = "giữ" if promise.kept(figures) else "KHÔNG GIỮ"
        kept.add_row(
            promise.text, _number(promise.limit, promise.unit), _number(measured, promise.unit), mark
        )
    console.print(kept)


def _rows(f: Figures) -> list[tuple[str, float, float, str]]:
    return [
        (f"một việc hoàn thành (trung bình {len(f.ours_by_step_ms)} bước)", f.plain_ms, f.ours_ms, "ms CPU"),
        ("trạng thái, 12 xác minh + 5 ý kiến mở", f.plain_bytes_open, f.state_bytes_open, "byte"),
        ("trạng thái, lớn nhất trên đường", f.plain_bytes_most, f.state_bytes_most, "byte"),
        ("một phần tư đầu của đường", 0, f.ours_first_ms, "ms CPU"),
        ("một phần tư cuối của đường", 0, f.ours_last_ms, "ms CPU"),
        (f"vòng lặp: các vòng đầu (của {f.loop_returns})", f.plain_loop_first_ms, f.loop_first_ms, "ms CPU"),
        (
            f"vòng lặp: các vòng cuối (cách thường: vòng {f.plain_loop_returns})",
            f.plain_loop_last_ms,
            f.loop_last_ms,
            "ms CPU",
        ),
        ("trạng thái sau các vòng lặp", 0, f.loop_state_bytes, "byte"),
        ("ít hồ sơ: một việc", 0, f.few_ms, "ms CPU"),
        (f"{f.many_cases} hồ sơ mở: một việc", 0, f.many_ms, "ms CPU"),
        (f"{f.many_cases} hồ sơ mở: một trang việc (50)", 0, f.inbox_ms, "ms CPU"),
        ("câu lệnh SQL một việc, cả động từ (trung bình)", 0, f.statements_mean, "câu"),
        ("vòng Python chuẩn của máy này lúc này", 0, f.reference_ms, "ms CPU"),
    ]


def _number(value: float, unit: str) -> str:
    if not value:
        return ""
    return f"{value:.0f} {unit}" if unit in ("byte", "câu") and value >= 10 else f"{value:.2f} {unit}"
