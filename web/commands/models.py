"""`ketnap models`: check, draw and render the BPMN models."""

from pathlib import Path

import click

import bpmn
from engine.models.check import check as check_models
from engine.models.drawing import render as render_svg
from engine.models.layout import draw as draw_model
from web.commands.answers import in_words, json_option, refuse, tell
from workflows.admission.registry import registry

folder = click.Path(path_type=Path, file_okay=False)
model_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def models() -> None:
    """Mô hình quy trình (BPMN, DMN): kiểm tra, vẽ, xuất hình."""


def read(where: Path | None) -> dict[str, bytes]:
    """The files of a folder, or ours."""
    if where is None:
        return dict(bpmn.files())
    return {
        path.name: path.read_bytes() for path in sorted(where.iterdir()) if path.suffix in {".bpmn", ".dmn"}
    }


@models.command()
@click.argument("where", required=False, type=folder)
@json_option
@in_words
def check(where: Path | None, as_json: bool) -> None:
    """Kiểm tra mô hình trong thư mục WHERE (mặc định: mô hình của chương trình)."""
    files = read(where)
    findings = check_models(files, registry())
    rows = [
        {"file": f.file, "element": f.element, "rule": f.rule, "message": str(f.message)} for f in findings
    ]
    lines = [f"{row['file']}: {row['element']}: {row['message']} [{row['rule']}]" for row in rows]
    tell(as_json, {"files": len(files), "findings": rows}, lines or [f"{len(files)} mô hình: không có lỗi."])
    if findings:
        raise SystemExit(1)


@models.command()
@click.argument("target", type=folder)
@in_words
def render(target: Path) -> None:
    """Xuất hình SVG của mọi quy trình vào thư mục TARGET."""
    files = read(None)
    target.mkdir(parents=True, exist_ok=True)
    names = [name for name in files if name.endswith(".bpmn")]
    for name in names:
        process = name.removesuffix(".bpmn")
        (target / f"{process}.svg").write_text(render_svg(files, process, {}), encoding="utf-8")
    click.echo(f"{len(names)} hình trong {target}")


@models.command()
@click.argument("files", nargs=-1, required=True, type=model_file)
@in_words
def draw(files: tuple[Path, ...]) -> None:
    """Vẽ lại sơ đồ (BPMN DI) của các tệp mô hình sau khi sửa quy trình bằng tay."""
    for path in files:
        drawn = draw_model(path.read_bytes())
        if not drawn:
            refuse(f"{path}: không vẽ được.")
        path.write_bytes(drawn)
        click.echo(f"{path}: đã vẽ")
