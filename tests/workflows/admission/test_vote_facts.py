"""What is read for a thousand cases at once is what is read for one, by as many statements."""

from typing import Any

from sqlalchemy import event, select

from engine.records import case
from engine.rows import CASE_COLUMNS, case_of
from engine.transactions import Store, Transaction
from workflows.admission import services
from workflows.admission.guards import facts_for_vote
from workflows.admission.vote_facts import facts_of_many, files_of
from workflows.demo.small import TODAY, small_world

MOST_STATEMENTS = 9


def test_many_cases_are_read_as_each_alone_and_as_the_verbs_of_the_models_count(store: Store) -> None:
    small_world(store, cases=True)
    with store.transaction(writing=False) as tx:
        cases = [case_of(row) for row in tx.execute(select(*CASE_COLUMNS).order_by(case.c.id))]
        assert len(cases) >= 10
        together = facts_of_many(tx, cases, TODAY)
        assert together == {one.id: facts_for_vote(tx, one, TODAY) for one in cases}
        assert len(set(together.values())) > len(cases) / 2  # they differ, so that a mix-up would show
        for one in cases:
            facts = together[one.id]
            sent = services.verification_plan(tx, one, TODAY) == "sent"
            assert (facts.verification_open is not None) == sent
            assert (facts.verification_open or 0) >= len(services.list_verifications(tx, one, TODAY))
            assert facts.opinions_open == len(services.list_opinions(tx, one, TODAY))
            if facts.file_completed_on is not None and services.checks_state(tx, one, TODAY) == "concluded":
                assert facts.history_concluded
        assert _statements(tx, cases[:1]) <= _statements(tx, cases) <= MOST_STATEMENTS


def _statements(tx: Transaction, cases: list[Any]) -> int:
    sent: list[str] = []
    engine = tx.connection.engine

    def note(*told: Any) -> None:
        sent.append(told[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        files_of(tx, cases, TODAY)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(sent)
