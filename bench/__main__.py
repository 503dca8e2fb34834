"""`python -m bench`: measures, prints what was compared with what, and writes the figures as JSON.

Milliseconds depend on the machine and on what else it does; ratios, bytes and statements do not.
"""

import argparse
import gc
import json
import logging
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from bench.desk import desk_verdicts, measure_desk, print_desk
from bench.forecast import forecast_verdicts, measure_forecast, print_forecast
from bench.measure import (
    Figures,
    measure_loop,
    measure_many,
    measure_road,
    measure_state,
    measure_statements,
    reference,
)
from bench.report import print_report, verdicts
from bench.road import PlainRoad, Road
from bench.season import measure_season, print_season, season_verdicts
from bench.worker import measure_worker, print_worker, worker_verdicts
from engine.database import open_engine
from engine.secrets import Keys
from engine.transactions import Store
from workflows.tables import metadata

Verdicts = dict[str, dict[str, float | bool]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, 5,000 open cases, a small desk")
    parser.add_argument("--only", choices=PARTS, help="a part of it")
    parser.add_argument("--json", type=Path, default=Path("var/bench.json"), help="where the figures go")
    parser.add_argument("--strict", action="store_true", help="fail where a promise is not kept")
    wanted = parser.parse_args()
    logging.disable(logging.WARNING)
    found: Verdicts = {}
    told: dict[str, object] = {}
    for name in [wanted.only] if wanted.only else PARTS:
        with tempfile.TemporaryDirectory(prefix="ketnap-bench-") as folder:
            promises, figures = PARTS[name](Path(folder), wanted.quick)
        found |= promises
        told |= {name: figures}
    wanted.json.parent.mkdir(parents=True, exist_ok=True)
    wanted.json.write_text(json.dumps({"promises": found, **told}, indent=1, ensure_ascii=False) + "\n")
    print(f"→ {wanted.json}")
    return int(wanted.strict and not all(one["kept"] for one in found.values()))


def bench_engine(folder: Path, quick: bool) -> tuple[Verdicts, object]:
    figures = measure(folder, quick=quick)
    print_report(figures)
    return verdicts(figures), figures.as_json()


def bench_desk(folder: Path, quick: bool) -> tuple[Verdicts, object]:
    measured = list(measure_desk(folder, _say, quick=quick))
    print_desk(measured)
    return desk_verdicts(measured), [asdict(timing) | asdict(amounts) for timing, amounts in measured]


def bench_forecast(folder: Path, quick: bool) -> tuple[Verdicts, object]:
    measured = list(measure_forecast(folder, _say, quick=quick))
    print_forecast(measured)
    return forecast_verdicts(measured), [asdict(one) for one in measured]


def bench_worker(folder: Path, quick: bool) -> tuple[Verdicts, object]:
    storms = list(measure_worker(folder, _say, quick=quick))
    print_worker(storms)
    return worker_verdicts(storms), [asdict(storm) for storm in storms]


def bench_season(folder: Path, quick: bool) -> tuple[Verdicts, object]:
    seasons = list(measure_season(folder, _say, quick=quick))
    print_season(seasons)
    return season_verdicts(seasons), [asdict(one) for one in seasons]


PARTS: Mapping[str, Callable[[Path, bool], tuple[Verdicts, object]]] = {
    "engine": bench_engine,
    "desk": bench_desk,
    "forecast": bench_forecast,
    "worker": bench_worker,
    "season": bench_season,
}


def measure(folder: Path, *, quick: bool) -> Figures:
    """All measurements, on an encrypted SQLite file and a plain one in a folder of their own."""
    ours = open_road(folder / "ketnap.db")
    plain = PlainRoad(folder)
    gc.freeze()  # as a server does once it has started; both ways gain by it
    figures = Figures(reference_ms=reference())
    _say("đường thẳng")
    measure_road(ours, plain, figures, rounds=3 if quick else 9)
    measure_statements(ours, figures)
    _say("trạng thái")
    measure_state(ours, plain, figures)
    _say("vòng lặp")
    measure_loop(ours, plain, figures, returns=60 if quick else 200)
    _say("rất nhiều hồ sơ")
    many = open_road(folder / "many.db")
    measure_many(ours, many, figures, count=5_000 if quick else 100_000, acts=8 if quick else 20)
    figures.reference_ms = min(figures.reference_ms, reference())
    return figures


def open_road(path: Path) -> Road:
    """A road on a new encrypted database."""
    keys = Keys(bytes(range(32)))
    engine = open_engine(f"sqlite:///{path}", keys.database, create=True)
    metadata.create_all(engine)
    return Road.open(lambda registry: Store(engine, registry=registry, keys=keys))


def _say(what: str) -> None:
    print(f"đang đo: {what} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
