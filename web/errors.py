"""One table: error → status and page. What a user meets is a sentence that says what to do next."""

import structlog
from flask import Flask, Response, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from engine.errors import (
    Conflict,
    Failure,
    InvalidAnswers,
    ModelError,
    NotAllowed,
    NotFound,
    NotLawful,
    Text,
    Unavailable,
)
from engine.incidents import trace_of
from web.language import words

# Plain tracebacks: the library's own print every variable of every frame, and so passwords and people.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.set_exc_info,
        structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)
log = structlog.get_logger()

# Absent and forbidden look the same.
STATUS: dict[type[Failure], int] = {
    NotFound: 404,
    NotAllowed: 404,
    Conflict: 409,
    InvalidAnswers: 422,
    NotLawful: 422,
    ModelError: 500,
    Unavailable: 503,
}
ABSENT = Text("Không có trang này, hoặc đồng chí không được giao xem.")
HTTP_WORDS: dict[int, Text] = {
    400: Text("Yêu cầu có chỗ không đọc được. Hãy quay lại trang trước và gửi lại."),
    404: ABSENT,
    405: Text("Trang này không nhận yêu cầu như vậy. Hãy quay lại trang trước."),
    413: Text("Tệp lớn quá. Hãy gửi tệp dưới 10 MB."),
    429: Text("Đã thử nhiều lần quá. Hãy đợi ít phút rồi thử lại."),
}
NOT_THIS_HOST = Text("Máy chủ này không trả lời dưới tên ấy. Hãy gõ đúng địa chỉ trên phiếu tài khoản.")
CSRF_WORDS = Text("Trang đã mở quá lâu nên chưa ghi gì. Hãy tải lại trang rồi gửi lại.")
BROKEN = Text("Chương trình gặp lỗi, chưa ghi gì. Hãy thử lại; nếu vẫn lỗi, hãy báo quản trị viên.")
TITLES: dict[int, Text] = {
    400: Text("Chưa nhận được"),
    404: Text("Không có trang này"),
    409: Text("Vừa có người làm việc này"),
    422: Text("Chưa ghi được"),
    503: Text("Chưa dùng được"),
}


def install(app: Flask) -> None:
    app.register_error_handler(Failure, show_failure)
    app.register_error_handler(CSRFError, show_without_secret)
    app.register_error_handler(HTTPException, show_http)
    app.register_error_handler(Exception, show_broken)


def status_of(failure: Failure) -> int:
    return next((STATUS[kind] for kind in type(failure).__mro__ if kind in STATUS), 500)


def show_failure(failure: Failure) -> tuple[str, int]:
    status = status_of(failure)
    if status >= 500:
        log.error("failure", kind=type(failure).__name__)
    return page(status, failure.text, unmet=getattr(failure, "unmet", ()))


def show_without_secret(_error: CSRFError) -> object:
    """A form without the secret of this session: nothing is done.

    One of our own pages, left over from an earlier session, comes back with what was typed (`entry.opens`);
    one of another site gets this sentence and nothing else.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    again = getattr(view, "without_secret", None)
    try:
        answer = again(**(request.view_args or {})) if again is not None and _from_here() else None
    except Failure as failure:  # the page of the form is not for this person: an error here has no handler
        return show_failure(failure)
    return answer if answer is not None else page(400, CSRF_WORDS)


def _from_here() -> bool:
    """The browser says that the form stood on a page of ours."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    sender = request.headers.get("Origin") or request.referrer or ""
    return f"{sender.rstrip('/')}/".startswith(request.host_url)


def show_http(error: HTTPException) -> object:
    status = error.code or 500
    if status < 400:
        return error
    if isinstance(error, SecurityError):  # asked for under a name that is not ours: no page, no addresses
        return Response(words(NOT_THIS_HOST), status, mimetype="text/plain")
    return page(status, HTTP_WORDS.get(status, BROKEN))


def show_broken(error: Exception) -> tuple[str, int]:
    log.error(f"broken: {trace_of(error)}")  # where it is from; its words may be what a person typed
    return page(500, BROKEN)


def page(status: int, text: Text, **facts: object) -> tuple[str, int]:
    title = TITLES.get(status, Text("Có lỗi"))
    return render_template("error.html", status=status, title=title, text=text, **facts), status
