"""E-mail through a real server: figures and a link, nothing of a person; refused mail comes through later."""

import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from engine.outbox import tell
from engine.records import incident, outbox
from engine.scheduler import run_job
from tests.web.mail_keys import make_certificate
from tests.web.mail_sink import Sink, free_port, listening
from tests.workflows.builders import World, noon
from web.language import LANGUAGES
from web.mail import Post, compose
from workflows.jobs import JOBS, post_job
from workflows.people.records import student, user_account
from workflows.people.users import add_user
from workflows.reminders import channels, mailing
from workflows.reminders.distributing import distribute
from workflows.reminders.mailing import LineDown, Mail, post, write_digests, write_urgent
from workflows.reminders.records import notice

pytestmark = pytest.mark.usefixtures("smtp")


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def line(sink: Sink) -> Iterator[Post]:
    with listening(sink) as port:
        yield Post("127.0.0.1", port, "ketnap@tinh.vn", "https://ketnap.tinh.vn", starttls=False)


@pytest.fixture
def reached(world: World) -> World:
    """Everybody has an address, mail may leave, and the first case has been told of."""
    with world.store.transaction() as tx:
        tx.execute(update(user_account).values(email=user_account.c.username + "@co-quan.vn"))
    world.nominate()
    distribute(world.store, now(world))
    _declare(world, mail=True)
    return world


def now(world: World) -> datetime:
    return noon(world.today)


def _declare(world: World, *, mail: bool) -> None:
    with world.store.transaction() as tx:
        channels.declare(tx, channels.CONNECTED, mail, by=world.users["cell1"], now=now(world))


def _choose(world: World, name: str, mail: str) -> None:
    with world.store.transaction() as tx:
        channels.choose(tx, world.users[name], mail, now=now(world))


def _tell(world: World, name: str, kind: str, key: str) -> None:
    with world.store.transaction() as tx:
        tell(tx, key, kind, to_user=world.users[name], facts={}, now=now(world))
    distribute(world.store, now(world))


def test_nothing_leaves_before_a_network_is_declared_and_nothing_after_it_is_closed(
    world: World, sink: Sink, line: Post
) -> None:
    with world.store.transaction() as tx:
        tx.execute(update(user_account).values(email=user_account.c.username + "@co-quan.vn"))
    world.nominate()
    distribute(world.store, now(world))
    assert write_digests(world.store, now(world)).items == 0
    _declare(world, mail=True)
    assert write_digests(world.store, now(world)).items == 2
    _declare(world, mail=False)
    assert post(world.store, now(world), line.open_line).items == 0
    assert sink.taken == []
    assert world.rows(select(outbox.c.id).where(outbox.c.kind == "mail")) == []


def test_the_morning_mail_says_how_much_waits_and_is_sent_once(
    reached: World, sink: Sink, line: Post
) -> None:
    for _twice in range(2):
        write_digests(reached.store, now(reached))
        post(reached.store, now(reached), line.open_line)
    assert sorted(sink.addresses()) == ["union1@co-quan.vn", "union2@co-quan.vn"]
    said = sink.taken[0].get_content()
    assert "Có 1 thông báo mới" in said
    assert "1 việc đang chờ, 0 quá hạn." in said
    assert "https://ketnap.tinh.vn" in said


def test_one_reader_whose_mail_cannot_be_written_keeps_nobody_else_from_theirs(
    reached: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, broken = mailing.waiting_counts, []

    def counts(*asked: object) -> tuple[int, int]:
        if not broken:
            broken.append(asked)
            raise ValueError
        return whole(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(mailing, "waiting_counts", counts)
    assert write_digests(reached.store, now(reached))[:2] == (1, 1)
    assert write_digests(reached.store, now(reached)).items == 1, "what was not written is written next time"


def test_a_mail_is_in_the_language_of_its_reader(reached: World, sink: Sink, line: Post) -> None:
    with reached.store.transaction() as tx:
        english = user_account.c.username == "union1"
        tx.execute(update(user_account).where(english).values(language="en"))
    write_digests(reached.store, now(reached))
    post(reached.store, now(reached), line.open_line)
    said = {str(one["To"]): one.get_content() for one in sink.taken}
    assert "1 tasks are waiting, 0 overdue." in said["union1@co-quan.vn"]
    assert "1 việc đang chờ, 0 quá hạn." in said["union2@co-quan.vn"]


def test_what_was_read_meanwhile_is_in_no_mail(reached: World, sink: Sink, line: Post) -> None:
    with reached.store.transaction() as tx:
        tx.execute(update(notice).values(read_at=now(reached)))
    assert write_digests(reached.store, now(reached)).items == 0


def test_each_person_chooses_none_the_digest_or_at_once(reached: World, sink: Sink, line: Post) -> None:
    _choose(reached, "union1", channels.OFF)
    _choose(reached, "union2", channels.AT_ONCE)
    assert write_urgent(reached.store, now(reached)).items == 1
    post(reached.store, now(reached), line.open_line)
    assert sink.addresses() == ["union2@co-quan.vn"]
    assert write_digests(reached.store, now(reached)).items == 0
    _choose(reached, "union1", channels.DIGEST)
    assert write_digests(reached.store, now(reached)).items == 1


def test_what_cannot_wait_goes_at_once_to_who_has_the_digest_too(
    reached: World, sink: Sink, line: Post
) -> None:
    _tell(reached, "cell1", "pool_confirmed", "ordinary")
    assert write_urgent(reached.store, now(reached)).items == 0
    _tell(reached, "cell1", "glass_opened", "emergency")
    assert write_urgent(reached.store, now(reached)).items == 1
    post(reached.store, now(reached), line.open_line)
    assert sink.addresses() == ["cell1@co-quan.vn"]
    assert "Có 2 thông báo mới" in sink.taken[0].get_content()


def test_a_server_that_refuses_a_tenth_gets_every_mail_through_in_the_end_and_none_twice(
    reached: World, line: Post, sink: Sink
) -> None:
    with reached.store.transaction() as tx:
        for number in range(38):
            user = add_user(tx, f"many{number}", f"Người {number}", email=f"many{number}@co-quan.vn")
            reached.users[f"many{number}"] = user
            tell(tx, f"many{number}", "correction_decided", to_user=user, facts={}, now=now(reached))
    distribute(reached.store, now(reached))
    sink.refuse_every = 10
    assert write_digests(reached.store, now(reached)).items == 40
    moment = now(reached)
    first = post(reached.store, moment, line.open_line)
    assert (first.items, first.failed) == (36, 4)
    refused = reached.rows(select(outbox).where(outbox.c.kind == "mail", outbox.c.sent_at.is_(None)))
    assert {row.last_error for row in refused} == {"Refused: recipient 550"}
    while waiting := reached.rows(_unsent()):
        moment = max(row.retry_at for row in waiting)
        post(reached.store, moment, line.open_line)
    assert len(sink.addresses()) == len(set(sink.addresses())) == 40


def _unsent() -> object:
    return select(outbox).where(outbox.c.kind == "mail", outbox.c.sent_at.is_(None)).order_by(outbox.c.id)


def test_a_server_that_does_not_answer_costs_no_message_an_attempt(reached: World) -> None:
    nobody = Post("127.0.0.1", free_port(), "ketnap@tinh.vn", "", starttls=False)
    write_digests(reached.store, now(reached))
    with pytest.raises(LineDown):
        post(reached.store, now(reached), nobody.open_line)
    assert {row.attempts for row in reached.rows(_unsent())} == {0}


def test_refused_mail_is_tried_later_and_later_and_its_refusal_keeps_no_address(
    reached: World, line: Post, sink: Sink
) -> None:
    sink.refuse_every = 1
    write_digests(reached.store, now(reached))
    moment, waits = now(reached), []
    for _attempt in range(6):
        post(reached.store, moment, line.open_line)
        waits.append(reached.rows(_unsent())[0].retry_at - moment)
        moment += timedelta(hours=7)
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]
    kept = [row.last_error for row in reached.rows(_unsent())]
    kept += [row.cause for row in reached.rows(select(incident.c.cause))]
    assert len(kept) >= 3
    assert not any("@" in one or "union" in one for one in kept)


def test_no_name_number_or_birthday_can_get_into_a_mail(reached: World, line: Post, sink: Sink) -> None:
    assert Mail._fields == ("address", "language", "notices", "tasks", "late")
    write_digests(reached.store, now(reached))
    post(reached.store, now(reached), line.open_line)
    names = {
        part
        for row in reached.rows(select(student.c.family_name, student.c.middle_name, student.c.given_name))
        for part in tuple(row)
    }
    born = {str(row.birth_date.year) for row in reached.rows(select(student.c.birth_date))}
    facts = reached.rows(select(outbox.c.facts).where(outbox.c.kind == "mail"))
    assert all(set(row.facts) == {"notices", "tasks", "late"} for row in facts)
    for message in sink.taken:
        words = set(re.findall(r"\w+", f"{message['Subject']} {message.get_content()}"))
        assert not words & (names | born)


@given(
    st.sampled_from(sorted(LANGUAGES)), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6)
)
def test_the_only_figures_of_a_mail_are_its_three(language: str, notices: int, tasks: int, late: int) -> None:
    mail = Mail("a@b.vn", language, notices, tasks, late)
    message = compose(mail, "ketnap@tinh.vn", "https://ketnap.tinh.vn")
    said = re.findall(r"\d+", f"{message['Subject']} {message.get_content()}")
    assert said == [str(notices), str(notices), str(tasks), str(late)]


def test_the_link_is_left_out_where_nobody_said_where_the_program_is() -> None:
    message = compose(Mail("a@b.vn", "vi", 1, 2, 3), "ketnap@tinh.vn", "")
    assert "Mở chương trình" not in message.get_content()


def test_the_server_is_named_by_the_environment(tmp_path: object) -> None:
    assert Post.read({}) is None
    named = Post.read({"KETNAP_SMTP_HOST": "thu.tinh.vn", "KETNAP_URL": "https://ketnap.tinh.vn"})
    assert named == Post("thu.tinh.vn", 587, "ketnap@thu.tinh.vn", "https://ketnap.tinh.vn")
    plain = Post.read({"KETNAP_SMTP_HOST": "thu", "KETNAP_SMTP_PORT": "25", "KETNAP_SMTP_STARTTLS": "off"})
    assert plain is not None
    assert (plain.port, plain.starttls) == (25, False)


def test_the_digest_comes_at_seven_on_working_days() -> None:
    digest = next(job for job in JOBS if job.name == "digest")
    assert (digest.at, digest.working_days) == ("07:00", True)


def test_a_mail_to_somebody_who_left_is_not_sent(reached: World, line: Post, sink: Sink) -> None:
    write_digests(reached.store, now(reached))
    with reached.store.transaction() as tx:
        tx.execute(update(user_account).values(active=False))
    assert post(reached.store, now(reached), line.open_line).items == 2
    assert sink.taken == []
    assert reached.rows(select(func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None)))[0][0] == 0


@pytest.fixture
def guarded(sink: Sink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """A server that takes mail after STARTTLS and a login only, of an authority that this machine trusts."""
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    (tmp_path / "password").write_text("bi-mat-9\n", encoding="utf-8")

    def knows(
        _server: object, _session: object, _envelope: object, _how: str, said: LoginPassword
    ) -> AuthResult:
        right = (said.login, said.password) == (b"ketnap", b"bi-mat-9")
        return AuthResult(success=right, handled=False)

    options = {
        "tls_context": context,
        "require_starttls": True,
        "auth_required": True,
        "authenticator": knows,
    }
    with listening(sink, **options) as port:
        yield Post(
            "127.0.0.1", port, "ketnap@tinh.vn", "", user="ketnap", password_file=tmp_path / "password"
        )


def test_mail_goes_encrypted_and_after_a_login_where_the_server_asks_for_it(
    reached: World, sink: Sink, guarded: Post
) -> None:
    write_digests(reached.store, now(reached))
    assert post(reached.store, now(reached), guarded.open_line).items == 2
    assert sorted(sink.addresses()) == ["union1@co-quan.vn", "union2@co-quan.vn"]


def _wrong_password(post: Post, folder: Path, _patch: pytest.MonkeyPatch) -> Post:
    (folder / "password").write_text("sai", encoding="utf-8")
    return post


def _password_with_accents(post: Post, folder: Path, _patch: pytest.MonkeyPatch) -> Post:
    (folder / "password").write_text("bí mật", encoding="utf-8")
    return post


def _no_password(post: Post, folder: Path, _patch: pytest.MonkeyPatch) -> Post:
    (folder / "password").unlink()
    return post


def _unknown_authority(post: Post, _folder: Path, patch: pytest.MonkeyPatch) -> Post:
    patch.delenv("SSL_CERT_FILE")
    return post


def _other_name(post: Post, _folder: Path, _patch: pytest.MonkeyPatch) -> Post:
    return replace(post, host="localhost")


def _nobody_there(post: Post, _folder: Path, _patch: pytest.MonkeyPatch) -> Post:
    return replace(post, port=free_port())


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_wrong_password, "từ chối tên hoặc mật khẩu"),
        (_password_with_accents, "ký tự không dấu"),
        (_no_password, "Không có tệp mật khẩu"),
        (_unknown_authority, "Không tin được chứng thư"),
        (_other_name, "Không tin được chứng thư"),
        (_nobody_there, "Không nối được"),
    ],
)
def test_a_server_that_refuses_us_is_told_to_the_operator_in_words_and_all_mail_is_kept(
    reached: World,
    sink: Sink,
    guarded: Post,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Post, Path, pytest.MonkeyPatch], Post],
    told: str,
) -> None:
    write_digests(reached.store, now(reached))
    spoiled = spoil(guarded, tmp_path, monkeypatch)
    for _twice in range(2):
        run_job(reached.store, post_job(spoiled.open_line), lambda: now(reached))
    [kept] = reached.rows(select(incident))
    assert (kept.element, kept.times) == ("post", 2)
    assert told in kept.cause and "bi-mat" not in kept.cause and "@" not in kept.cause
    assert {(row.attempts, row.sent_at) for row in reached.rows(_unsent())} == {(0, None)}
    assert len(reached.rows(_unsent())) == 2 and sink.taken == []


def test_a_server_without_encryption_gets_nothing_where_it_was_not_allowed(
    reached: World, sink: Sink, line: Post
) -> None:
    write_digests(reached.store, now(reached))
    with pytest.raises(LineDown) as down:
        post(reached.store, now(reached), replace(line, starttls=True).open_line)
    assert "STARTTLS" in down.value.told
    assert sink.taken == []
