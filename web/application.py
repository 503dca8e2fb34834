"""The web application, put together: settings, sign-in, headers, languages, errors, pages."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from engine.time import utcnow
from engine.transactions import Store
from web import errors, headers, language, pages, sign_in
from web.settings import Settings

DEFAULTS: dict[str, Any] = {
    "CLOCK": utcnow,
    "MAX_CONTENT_LENGTH": 10 * 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
    "MAX_FORM_PARTS": 2000,
    "SESSION_COOKIE_NAME": "ketnap",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_SECURE": True,
    "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
    "WTF_CSRF_TIME_LIMIT": None,  # lives as long as the session: a form left open over lunch still works
    "WTF_CSRF_SSL_STRICT": True,
    "BOOTSTRAP_SERVE_LOCAL": True,
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_SINGLE_HASH": True,  # argon2id salts by itself; hashes stay readable by other tools
    "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
    "SECURITY_USER_IDENTITY_ATTRIBUTES": [{"username": {"mapper": str}}],
    "SECURITY_REGISTERABLE": False,
    "SECURITY_RECOVERABLE": False,
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
}


def create_app(
    store: Store, *, settings: Settings | None = None, config: Mapping[str, Any] | None = None
) -> Flask:
    """`config` may set CLOCK (a function that gives the aware UTC moment) and anything of Flask's."""
    app = Flask(__name__)
    app.extensions["ketnap"] = store
    app.config.from_mapping(DEFAULTS)
    app.config["SECRET_KEY"] = store.keys.sign(b"web session cookies").hex()
    app.config.from_mapping(_by_address(settings))
    app.config.from_mapping(config or {})
    app.config.setdefault("SECURITY_PASSWORD_SALT", "unused: argon2id salts by itself")
    if settings is not None and settings.proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    headers.install(app)
    CSRFProtect(app)
    Bootstrap5(app)
    language.install(app)
    sign_in.install(app)
    errors.install(app)
    pages.install(app)
    return app


def _by_address(settings: Settings | None) -> dict[str, Any]:
    """Only a server on loopback without a certificate speaks plain HTTP, and only there cookies follow."""
    plain = settings is not None and settings.loopback and not settings.certificate and not settings.proxy
    return {"SESSION_COOKIE_SECURE": not plain}
