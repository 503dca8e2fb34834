"""gunicorn, told what we need by a program instead of a configuration file."""

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from web.application import create_app
from web.opening import open_store
from web.settings import Settings


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        # after the fork: a database connection is never shared between processes
        return create_app(open_store(self._settings), settings=self._settings)


def run(settings: Settings, *, threads: int, processes: int) -> None:
    """Serve until told to stop (SIGTERM ends running requests first)."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    options: dict[str, Any] = {
        "bind": f"{host}:{settings.port}",
        "workers": processes,
        "threads": threads,
        "worker_class": "gthread",
        "graceful_timeout": 20,
        "accesslog": None,
        "loglevel": "warning",
        "limit_request_line": 4094,
        "forwarded_allow_ips": "127.0.0.1,::1",
    }
    if settings.certificate and settings.certificate_key:
        options |= {"certfile": str(settings.certificate), "keyfile": str(settings.certificate_key)}
    _Server(settings, options).run()
