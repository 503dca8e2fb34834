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
from workflows.access.sessions import Limits
from workflows.sandbox.clock import is_sandbox

DEFAULTS: dict[str, Any] = {
    "WALL_CLOCK": None,  # for the door (sessions, attempts, codes); None: the same as CLOCK
    "MAX_CONTENT_LENGTH": 10 * 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
    "MAX_FORM_PARTS": 2000,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_SECURE": True,
    # The cookie goes when the browser closes. The session behind it ends by SESSION_LIMITS; the cookie is
    # read for longer, so that what was typed when the session ended can be given back to its user.
    "PERMANENT_SESSION_LIFETIME": timedelta(days=3),
    "SESSION_LIMITS": Limits(),
    "SECOND_FACTOR_GRACE": timedelta(days=14),  # None: nobody must have one
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
    """`config` may set CLOCK (a function that gives the aware UTC moment; default: the store's) and
    anything of Flask's."""
    app = Flask(__name__)
    app.extensions["ketnap"] = store
    app.config.from_mapping(DEFAULTS)
    app.config.from_mapping(_by_store(store))
    app.config["SECRET_KEY"] = store.keys.sign(b"web session cookies").hex()
    app.config.from_mapping(_by_settings(settings) if settings is not None else {})
    app.config.from_mapping(config or {})
    # With the prefix, browsers take the cookie only over TLS, from this host itself, for the whole of it.
    secure = app.config["SESSION_COOKIE_SECURE"]
    app.config["SESSION_COOKIE_NAME"] = "__Host-ketnap" if secure else "ketnap"
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


def _by_store(store: Store) -> dict[str, Any]:
    """The day of a sandbox moves under people who work in it: that signs nobody out, and codes still fit."""
    sandbox = is_sandbox(store)
    return {"CLOCK": store.clock, "SANDBOX": sandbox, "WALL_CLOCK": utcnow if sandbox else None}


def _by_settings(settings: Settings) -> dict[str, Any]:
    """Only a server on loopback without a certificate speaks plain HTTP, and only there cookies follow."""
    return {
        "SESSION_COOKIE_SECURE": not settings.plain,
        "TRUSTED_HOSTS": settings.known_hosts,
        "SESSION_LIMITS": Limits(settings.idle, settings.session),
        "SECOND_FACTOR_GRACE": settings.grace if settings.second_factor else None,
    }
