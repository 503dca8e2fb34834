"""`ketnap doctor`: what an operator wants to know before calling for help."""

import importlib.metadata
import platform
import sys
from collections.abc import Callable

import click
from sqlalchemy import Engine, text

import bpmn
from engine.database import check_schema
from engine.errors import Failure
from engine.models.check import check as check_models
from engine.secrets import Keys
from web.commands.answers import json_option, tell
from web.opening import open_database
from web.settings import Settings
from workflows import schema
from workflows.admission.registry import registry
from workflows.rules.editions import check as check_rules


def findings(settings: Settings) -> list[tuple[str, bool, str]]:
    """Rows of (what was looked at, whether it is well, what was found)."""
    rows = [("python", sys.version_info >= (3, 11), platform.python_version())]
    rows.append(("ketnap", True, importlib.metadata.version("ketnap")))
    rows.append(_tried("khóa", lambda: _key(settings)))
    rows.append(_tried("cơ sở dữ liệu", lambda: _database(settings)))
    model_findings = check_models(bpmn.files(), registry())
    rows.append(("mô hình", not model_findings, f"{len(model_findings)} lỗi"))
    rule_findings = check_rules()
    rows.append(("quy định", not rule_findings, f"{len(rule_findings)} lỗi"))
    return rows


def _tried(what: str, look: Callable[[], str]) -> tuple[str, bool, str]:
    try:
        return what, True, look()
    except Failure as failure:
        return what, False, str(failure)


def _key(settings: Settings) -> str:
    return f"{settings.key_file} (dấu {Keys.load(settings.key_file).fingerprint})"


def _database(settings: Settings) -> str:
    engine: Engine = open_database(settings)
    try:
        check_schema(engine, schema.head())
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                version = connection.execute(text("SELECT sqlite_version()")).scalar_one()
                state = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
                return f"SQLite {version} (mã hóa), kiểm tra: {state}, bản {schema.head()}"
            version = connection.execute(text("SHOW server_version")).scalar_one()
            return f"PostgreSQL {version}, bản {schema.head()}"
    finally:
        engine.dispose()


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Khám: phiên bản, khóa, cơ sở dữ liệu, mô hình, quy định."""
    rows = findings(Settings.read())
    lines = [f"{'tốt ' if well else 'LỖI '} {what}: {found}" for what, well, found in rows]
    tell(as_json, {"findings": [{"what": w, "well": ok, "found": f} for w, ok, f in rows]}, lines)
    if not all(well for _, well, _ in rows):
        raise SystemExit(1)
