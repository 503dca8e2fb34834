"""Random histories of handing a person on: offers, returns, forwards, recalls, reorganisations and crashes.

Each runs on an open transaction of a prepared town and is taken back as a whole, so that thousands fit into
seconds. A crash is a transaction that breaks at some statement: nothing of it may be left.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import bindparam, event, select
from sqlalchemy.exc import DBAPIError

from engine import cases
from engine.errors import Conflict, Failure, InvalidAnswers, ModelError, NotAllowed, NotFound, NotLawful
from engine.records import case as case_table
from engine.records import task
from engine.transactions import Transaction
from tests.workflows.builders import noon
from tests.workflows.transfers.town import Town
from workflows.administration.placing import place_again
from workflows.admission import acts
from workflows.organisations import queries as tree_queries
from workflows.organisations.changes import succeed
from workflows.organisations.queries import tree_of
from workflows.organisations.resolution import resolve
from workflows.transfers import verbs
from workflows.transfers.records import custody, handover, handover_offer
from workflows.transfers.taking import cells_under

REFUSED = (Conflict, InvalidAnswers, NotLawful, NotFound, NotAllowed)


class Crashed(DBAPIError):
    """The power went at some statement; to the program it is trouble with the database."""

    def __init__(self) -> None:
        super().__init__("the power went", None, Exception("crash"))


class History:
    """One person's handing on, and what must be true after each deed, done, refused or broken off."""

    def __init__(self, town: Town, connection: Any) -> None:
        self.town, self.connection, self.today = town, connection, town.today
        self.student = town.students[0]
        self.moves = 0  # how often somebody took over
        self.left = 0  # statements until the crash; 0: none comes
        self.held: int | None = None
        self.check()
        event.listen(connection, "before_cursor_execute", self._maybe_crash)

    def close(self) -> None:
        event.remove(self.connection, "before_cursor_execute", self._maybe_crash)

    def _maybe_crash(self, *_args: Any) -> None:
        if self.left:
            self.left -= 1
            if not self.left:
                raise Crashed

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """As the store's, but inside of the history's own: kept or undone up to here."""
        point = self.connection.begin_nested()
        try:
            yield Transaction(self.connection, self.town.store.registry, self.town.store.keys, True)
        except BaseException:
            self.left = 0
            point.rollback()
            tree_queries._cached.pop(self.connection.engine, None)  # its numbers will be given again
            raise
        self.left = 0
        point.commit()

    def reading(self) -> Transaction:
        return Transaction(self.connection, self.town.store.registry, self.town.store.keys, False)

    # --- what happens

    def do(self, name: str, chance: int) -> None:
        """One deed of some person, who may be the wrong one, some day later; sometimes the power goes."""
        dice = random.Random(chance)
        self.today += timedelta(days=dice.choice((0, 0, 0, 1, 3)))
        held, undone = self.held, True
        try:
            with self.transaction() as tx:
                if dice.random() < 0.25:
                    self.left = dice.randint(1, 60)
                DEEDS[name](self, tx, dice)
            undone = False
        except Crashed:
            pass
        except ModelError:
            raise
        except REFUSED as refusal:
            assert str(refusal)
        except Failure as failure:
            raise AssertionError(repr(failure)) from failure
        self.check()
        assert self.held == held or not undone, "what was refused or broken off changes nothing"

    def handover(self, tx: Transaction) -> int:
        query = select(handover.c.case_id).where(handover.c.student_id == self.student)
        return int(tx.execute(query.order_by(handover.c.case_id.desc()).limit(1)).scalar() or 0)

    def person(self, tx: Transaction, dice: random.Random, lane: str, handover_id: int) -> int:
        """Mostly somebody at the desk of the open step, now and then anybody."""
        users = self.town.users
        rows = tx.execute(select(task.c.organisation_id).where(task.c.case_id == handover_id)).scalars().all()
        owing = next((one for one in rows if one is not None), None)
        if owing is None or dice.random() < 0.1:
            return users[
                dice.choice(("cell1", "home1", "campus1", "other1", "school1", "commune1", "province1"))
            ]
        return self.at_desk(tx, owing)

    def at_desk(self, tx: Transaction, owing: int) -> int:
        town = self.town
        desks = {
            town.cell: "cell1", town.other_cell: "other1", town.school: "school1", town.commune: "commune1",
            town.home: "home1", town.campus: "campus1", town.province: "province1",
        }  # fmt: skip
        above = (owing, *tree_of(tx).ancestors_on(owing, self.today))
        return town.users[next(desks[one] for one in above if one in desks)]

    def receiver(self, dice: random.Random) -> int:
        town = self.town
        places = (town.home, town.village, town.street, town.campus, town.faculty, town.other_cell, town.cell)
        return dice.choice(places)

    def prepare(self, tx: Transaction, dice: random.Random) -> None:
        outside = dice.random() < 0.08
        given = {
            "on": self.today,
            "moved_on": self.today - timedelta(days=dice.choice((0, 5))),
            "moved_because": "study",
            "receiver_id": None if outside else self.receiver(dice),
            "addressee": "Nơi xa" if outside else None,
        }
        by = self.at_desk(tx, tree_of(tx).standing(self.held or self.town.cell, self.today))
        verbs.prepare(tx, self.student, given, by=by, now=noon(self.today))

    def say(self, verb: Callable[..., Any], lane: str) -> Callable[[Transaction, random.Random], None]:
        def said(tx: Transaction, dice: random.Random) -> None:
            about = self.handover(tx)
            given = {"on": self.today, "number": "1-CV", **self.answers(tx, verb, about, dice)}
            verb(tx, about, given, by=self.person(tx, dice, lane, about), now=noon(self.today))

        return said

    def answers(self, tx: Transaction, verb: Any, about: int, dice: random.Random) -> dict[str, Any]:
        if verb is verbs.accept:
            asked = tx.execute(select(handover.c.receiver_id).where(handover.c.case_id == about)).scalar()
            tree = tree_of(tx)
            cells = cells_under(tree, tree.standing(asked, self.today), self.today) if asked else []
            return {"cell_id": dice.choice(cells)} if cells and dice.random() < 0.9 else {}
        if verb is verbs.forward:
            return {"receiver_id": self.receiver(dice)}
        return {} if verb in (verbs.offer, verbs.let_go) or dice.random() < 0.05 else {"reason": "Lý do"}

    def merge(self, tx: Transaction, dice: random.Random) -> None:
        """An organisation of the receiving side ends from today on; another one follows it."""
        town = self.town
        pairs = ((town.village, town.street), (town.street, town.village), (town.faculty, town.village))
        old, new = dice.choice(pairs)
        succeed(tx, old, [new], on=self.today, by=None, now=noon(self.today))
        place_again(tx, self.today)

    def go_on(self, tx: Transaction, dice: random.Random) -> None:
        """The road goes on where the person is: the next step, if it is one that needs little."""
        for one in cases.open_tasks(tx, self.town.case_id):
            if one.element in ("application", "personal_history") and one.organisation_id is not None:
                by = self.at_desk(tx, one.organisation_id)
                acts.complete(tx, one.id, {"on": self.today}, by=by, now=noon(self.today))
                return

    def leave(self, tx: Transaction, dice: random.Random) -> None:
        by = self.at_desk(tx, tree_of(tx).standing(self.held or self.town.cell, self.today))
        given = {"on": self.today, "by": by, "now": noon(self.today)}
        acts.interrupt(tx, self.town.case_id, dice.choice(("withdrawn", "deceased")), **given)

    # --- what stays true

    def check(self) -> None:
        """Exactly one answers at every instant, its cases and tasks with it; at most one letter waits."""
        steps = list(self.connection.execute(_STEPS, {"student": self.student}))
        assert [row.seq for row in steps] == list(range(1, len(steps) + 1))
        assert all(one.since_at <= two.since_at for one, two in pairwise(steps))
        words = list(self.connection.execute(_OFFERS, {"student": self.student}).scalars())
        taken = sum(word in ("accepted", "taken_away") for word in words)
        assert len(steps) == 1 + taken, "it changes with an acceptance, and with nothing else"
        assert words.count(None) <= 1
        self.held = steps[-1].organisation_id
        tx, waiting = self.reading(), set()
        for row in self.connection.execute(_OPEN, {"student": self.student}):
            assert row.custodian_id == self.held, f"the {row.kind} follows"
            waiting.add(row.element)
            if row.lane is not None:
                place = resolve(tx, row, row.lane, row.item, self.today)
                assert row.organisation_id == place, row.element
        assert ("answer_handover" in waiting) == (None in words), "a letter waits where a step does"


def _of(verb: Callable[..., Any], lane: str) -> Callable[[History, Transaction, random.Random], None]:
    return lambda history, tx, dice: history.say(verb, lane)(tx, dice)


DEEDS: dict[str, Callable[[History, Transaction, random.Random], None]] = {
    "prepare": History.prepare,
    "offer": _of(verbs.offer, "referring_committee"),
    "send_back": _of(verbs.send_back, "referring_committee"),
    "accept": _of(verbs.accept, "receiver"),
    "let_go": _of(verbs.let_go, "receiver"),
    "return": _of(verbs.return_, "receiver"),
    "forward": _of(verbs.forward, "receiver"),
    "recall": _of(verbs.recall, "custodian"),
    "give_up": _of(verbs.give_up, "custodian"),
    "arrive": _of(verbs.arrive, "custodian"),
    "merge": History.merge,
    "go_on": History.go_on,
    "leave": History.leave,
}
_PLAIN = ["prepare", "offer", "accept"]
# The plain road is common, or hardly a history would come to an acceptance.
CHOICES = [*_PLAIN * 4, "forward", "return", "recall", "arrive", "arrive", "merge", *DEEDS]
_STEPS = (
    select(custody.c.seq, custody.c.organisation_id, custody.c.since_at)
    .where(custody.c.student_id == bindparam("student"))
    .order_by(custody.c.seq)
)
_OFFERS = select(handover_offer.c.answer).where(handover_offer.c.student_id == bindparam("student"))
_OPEN = (
    select(
        case_table.c.id,
        case_table.c.kind,
        case_table.c.custodian_id,
        case_table.c.words,
        task.c.element,
        task.c.lane,
        task.c.item,
        task.c.organisation_id,
    )
    .outerjoin(task, task.c.case_id == case_table.c.id)
    .where(case_table.c.subject_id == bindparam("student"), case_table.c.closed_on.is_(None))
)


@contextmanager
def told(town: Town) -> Iterator[History]:
    """A history that leaves the town as it found it."""
    with town.store.engine.connect() as connection:
        whole = connection.begin()
        history = History(town, connection)
        try:
            yield history
        finally:
            history.left = 0
            history.close()
            whole.rollback()
            tree_queries._cached.pop(town.store.engine, None)


def run(town: Town, deeds: Sequence[tuple[str, int]]) -> int:
    """All deeds of one history; gives how often somebody took over."""
    with told(town) as history:
        for name, chance in deeds:
            history.do(name, chance)
        words = history.connection.execute(_OFFERS, {"student": history.student}).scalars()
        return sum(word in ("accepted", "taken_away") for word in words)
