"""The one home of SMTP: a mail says how much waits, and gives a link. It receives nothing but figures.

Where the server is stands in the environment of the worker; the password in a file of its own.
"""

import os
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from pathlib import Path

from engine.errors import Text, Undelivered
from workflows.reminders.mailing import LineDown, Mail, Send

SECONDS = 10  # without an answer the server counts as down
SUBJECT = Text("Kết nạp: {count} thông báo mới")
BODY = (
    Text("Có {notices} thông báo mới trong chương trình Kết nạp."),
    Text("{tasks} việc đang chờ, {late} quá hạn."),
    Text("Mở chương trình để xem: {url}"),
    Text("Thư tự động, không có nội dung hồ sơ. Đổi cách nhận tin ở mục Tài khoản của tôi."),
)
# What the operator is told, the most particular first. Errors themselves quote what was sent.
WHY: tuple[tuple[type[Exception], str], ...] = (
    (
        smtplib.SMTPAuthenticationError,
        "Máy chủ thư từ chối tên hoặc mật khẩu. Kiểm tra KETNAP_SMTP_USER và tệp KETNAP_SMTP_PASSWORD_FILE.",
    ),
    (
        ssl.SSLCertVerificationError,
        "Không tin được chứng thư của máy chủ thư. Kiểm tra KETNAP_SMTP_HOST; nếu chứng thư do cơ quan "
        "tự cấp thì đặt SSL_CERT_FILE.",
    ),
    (
        smtplib.SMTPNotSupportedError,
        "Máy chủ thư không có STARTTLS hoặc không nhận đăng nhập. Kiểm tra KETNAP_SMTP_HOST và "
        "KETNAP_SMTP_PORT.",
    ),
    (FileNotFoundError, "Không có tệp mật khẩu của máy chủ thư (KETNAP_SMTP_PASSWORD_FILE)."),
    (UnicodeError, "Mật khẩu của máy chủ thư (KETNAP_SMTP_PASSWORD_FILE) phải gồm ký tự không dấu."),
    (PermissionError, "Không đọc được tệp mật khẩu của máy chủ thư (KETNAP_SMTP_PASSWORD_FILE)."),
    (
        OSError,
        "Không nối được với máy chủ thư. Kiểm tra mạng và KETNAP_SMTP_HOST, KETNAP_SMTP_PORT.",
    ),
)


class Refused(Undelivered):
    """The mail server refused one message; says its code and nothing that it quoted."""


@dataclass(frozen=True)
class Post:
    """How mail is handed to the server. `url`: where people open the program."""

    host: str
    port: int
    sender: str
    url: str
    user: str | None = None
    password_file: Path | None = None
    starttls: bool = True

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Post | None":
        """None where no server is named: then nothing is ever sent."""
        host = environment.get("KETNAP_SMTP_HOST")
        if not host:
            return None
        password = environment.get("KETNAP_SMTP_PASSWORD_FILE")
        return cls(
            host=host,
            port=int(environment.get("KETNAP_SMTP_PORT", "587")),
            sender=environment.get("KETNAP_SMTP_FROM", f"ketnap@{host}"),
            url=environment.get("KETNAP_URL", ""),
            user=environment.get("KETNAP_SMTP_USER"),
            password_file=Path(password) if password else None,
            starttls=environment.get("KETNAP_SMTP_STARTTLS", "on") != "off",
        )

    @contextmanager
    def open_line(self) -> Iterator[Send]:
        """A connection on which mails are sent one after the other; LineDown where there is none."""
        try:
            with smtplib.SMTP(self.host, self.port, timeout=SECONDS) as server:
                self._greet(server)
                yield lambda mail: _send(server, compose(mail, self.sender, self.url))
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise _down(error) from None

    def _greet(self, server: smtplib.SMTP) -> None:
        if self.starttls:
            server.starttls(context=ssl.create_default_context())
        if self.user:
            secret = self.password_file.read_text(encoding="utf-8").strip() if self.password_file else ""
            server.login(self.user, secret)


def compose(mail: Mail, sender: str, url: str) -> EmailMessage:
    """The whole mail, from an address, a language and three figures."""
    from web.language import say  # read where a mail is written: a worker without a mail server starts sooner

    figures = {"notices": mail.notices, "tasks": mail.tasks, "late": mail.late, "url": url}
    message = EmailMessage()
    message["From"], message["To"] = sender, mail.address
    message["Subject"] = say(mail.language, SUBJECT, count=mail.notices)
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2] or "ketnap")
    message["Auto-Submitted"] = "auto-generated"
    lines = [line for line in BODY if url or "{url}" not in line.msgid]
    message.set_content("\n\n".join(say(mail.language, line, **figures) for line in lines) + "\n")
    return message


def _down(error: Exception) -> LineDown:
    told = next((sentence for kind, sentence in WHY if isinstance(error, kind)), None)
    return LineDown(type(error).__name__, told)


def _send(server: smtplib.SMTP, message: EmailMessage) -> None:
    """Errors quote the address: only their class and code are kept."""
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({str(code) for code, _said in error.recipients.values()})
        raise Refused(f"recipient {' '.join(codes)}") from None
    except smtplib.SMTPResponseException as error:
        raise Refused(f"{type(error).__name__} {error.smtp_code}") from None
    except smtplib.SMTPNotSupportedError as error:
        raise Refused(type(error).__name__) from None
    except (smtplib.SMTPException, OSError) as error:
        raise _down(error) from None
