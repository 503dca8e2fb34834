"""Named roads through the overview: what is answered where, what interrupts, and where the case must end."""

from functools import cache
from typing import NamedTuple

from tests.bpmn.walking import Walk
from tests.bpmn.words import STAGES


class Road(NamedTuple):
    """`words` script steps (see Walk); `interruptions` are sent in the stage of their name, each once.

    Nobody does the step `undone`, so that its timer fires; each step of `dropped` ends once, where it first
    opens, because the organisations were rearranged.
    """

    name: str
    end: str
    words: dict[str, str | list]
    interruptions: dict[str, str] = {}  # noqa: RUF012  (never written to)
    undone: str = ""
    dropped: tuple[str, ...] = ()


SUPPLEMENTED = {"check_supplement": ["returned", "accepted"]}
SECTION = {"chain_regime": "three_level", "chain_place": "under_section", "chain_power": "standing"}
COMMITTEE = {"chain_regime": "two_level", "chain_place": "under_committee", "chain_power": "standing"}
STRUCK = {"cell_review": "strike_off"}


def moved(stage: str, **words: str | list) -> Road:
    """The student changes unit in this stage; the case goes on in the new unit to its good end."""
    known = {
        "stage_left": stage,
        "deciding_kept": "no",
        "candidate_standing": ["new", "recognised"],
        "class_standing": "passed",
    }
    known |= {"check_certificate": ["none", "valid"], "file_state": ["new", "kept"]}
    known |= {"checks_state": ["open", "concluded"], "verification_plan": ["none_sent", "sent"]}
    known |= {"opinion_plan": ["none_sent", "sent"]}
    if stage == "file_checks":
        known["checks_state"] = "open"  # requests already sent keep their answers, the rest is asked again
    if stage == "committee_chain":
        known |= COMMITTEE
    end = "struck_off" if stage == "strike_off" else "official_member"
    return Road(f"moved in {stage}", end, {**known, **words}, {stage: "unit_changed"})


ROADS = [
    Road("the plain road", "official_member", {}),
    Road(
        "every level returns the file once",
        "official_member",
        {
            **SECTION,
            **SUPPLEMENTED,
            "cell_vote": ["returned", "postponed", "carried"],
            "section_appraisal": ["returned", "proposed"],
            "committee_resolution": ["returned", "carried"],
            "board_appraisal": ["returned", "complete"],
            "section_review": ["returned", "proposed"],
            "committee_review": ["returned", "carried"],
            "recognition_appraisal": ["returned", "complete"],
        },
    ),
    Road(
        "everything is done again once",
        "official_member",
        {
            **COMMITTEE,
            "branch_vote": ["failed", "carried"],
            "union_exec_vote": ["failed", "carried"],
            "union_follow_up": "again",
            "cell_recognition": ["deferred", "recognised"],
            "class_result": ["not_passed", "absent", "passed"],
            "file_precheck": ["returned", "sealed"],
            "committee_precheck": ["returned", "sealed"],
            "union_resolution": ["failed", "carried"],
            "union_reconsider": "again",
            "judge_verification": ["unclear", "clear"],
            "follow_up_verification": "resent",
            "conclude_history": ["recheck", "certified"],
            "cell_vote": ["failed", "carried"],
            "after_failed_vote": "again",
            "new_member_class": ["not_passed", "passed"],
            "probation_report": ["more", "final"],
            "cell_review": ["failed", "carried"],
        },
    ),
    Road(
        "the file was stale when it came to the vote",
        "official_member",
        {
            "assess_file": ["stale", "complete"],
            "reassess_file": ["stale", "complete"],
            "checks_state": "open",
        },
    ),
    Road(
        "only the certificate had expired",
        "official_member",
        {
            "checks_state": ["open", "concluded"],
            "reassess_file": ["certificate_expired", "complete"],
            "file_state": ["new", "kept"],
        },
    ),
    Road(
        "the procedure was wrong and is redone from the cell's vote",
        "official_member",
        {"board_appraisal": ["procedure_error", "complete"]},
    ),
    Road(
        "nothing has to be verified and opinions are unfavourable but accepted",
        "official_member",
        {"send_verifications": "none_needed", "summarise_opinions": "unfavourable"},
    ),
    Road(
        "something unclear is accepted",
        "official_member",
        {"judge_verification": "unclear", "follow_up_verification": "accepted"},
    ),
    Road("something adverse is accepted", "official_member", {"judge_verification": "adverse"}),
    Road("the student does not want to now", "not_now", {"record_consent": "not_now"}),
    Road("the cell takes the student off the source", "left_source", {"confirm_source": "left"}),
    Road(
        "the union stops the nomination", "back_to_pool", {"branch_vote": "failed", "union_follow_up": "stop"}
    ),
    Road(
        "the executive committee stops the nomination",
        "back_to_pool",
        {"union_exec_vote": "failed", "union_follow_up": "stop"},
    ),
    Road("the cell does not recognise the candidate", "not_recognised", {"cell_recognition": "declined"}),
    Road("the history is refused", "refused", {"conclude_history": "refused"}),
    Road(
        "something adverse weighs too much",
        "refused",
        {"judge_verification": "adverse", "weigh_adverse": "refused"},
    ),
    Road(
        "the opinions weigh too much",
        "refused",
        {"summarise_opinions": "unfavourable", "weigh_opinions": "refused"},
    ),
    Road(
        "the union withdraws its introduction",
        "refused",
        {"union_resolution": "failed", "union_reconsider": "stop"},
    ),
    Road(
        "the cell stops after a failed vote", "refused", {"cell_vote": "failed", "after_failed_vote": "stop"}
    ),
    Road("the committee fails the resolution", "refused", {**COMMITTEE, "committee_resolution": "failed"}),
    Road("the deciding committee refuses", "refused", {"admission_decision": "refused"}),
    Road(
        "a refused candidate is proposed again and admitted",
        "official_member",
        {
            "admission_decision": ["refused", "admitted"],
            "notify_refusal": "resubmit",
            "file_state": ["new", "kept"],
            "checks_state": ["open", "concluded"],
        },
    ),
    Road(
        "three votes fail and the superior recognises",
        "official_member",
        {"cell_review": "failed", "count_attempts": ["again", "exhausted"], "superior_ruling": "recognise"},
    ),
    Road(
        "the superior orders another vote",
        "official_member",
        {"cell_review": ["failed", "carried"], "count_attempts": "exhausted", "superior_ruling": "again"},
    ),
    Road(
        "the committee's failing vote is only reported",
        "official_member",
        {**COMMITTEE, "committee_review": "failed"},
    ),
    Road(
        "the cell strikes off and the struck off waives the complaint",
        "struck_off",
        {**STRUCK, "complaint": "waived"},
    ),
    Road("the time for a complaint runs out", "struck_off", STRUCK, undone="complaint"),
    Road(
        "the superior has the probationer struck off",
        "struck_off",
        {
            **COMMITTEE,
            "cell_review": "failed",
            "count_attempts": "exhausted",
            "superior_ruling": "strike_off",
            "complaint": "filed",
            "settle_complaint": "upheld",
        },
    ),
    Road(
        "recognition is refused and the probationer struck off",
        "struck_off",
        {"recognition_decision": "refused", "complaint": "waived"},
    ),
    Road(
        "a complaint overturns the striking off",
        "official_member",
        {
            "cell_review": ["strike_off", "carried"],
            "complaint": "filed",
            "settle_complaint": "overturned",
            "probation_standing": "over",
        },
    ),
    Road(
        "the cell does not carry the striking off",
        "official_member",
        {"cell_review": ["strike_off", "carried"], "strike_off_vote": "failed", "probation_standing": "over"},
    ),
    Road(
        "the committee does not carry the striking off",
        "official_member",
        {
            **COMMITTEE,
            "cell_review": ["strike_off", "carried"],
            "strike_off_resolution": "failed",
            "probation_standing": "over",
        },
    ),
    Road(
        "the deciding committee keeps the probationer, whose time still runs",
        "official_member",
        {
            "strike_off_decision": "kept",
            "probation_standing": "running",
            "class_standing": ["needed", "passed"],
        },
        {"probation": "strike_off"},
    ),
    Road("the student withdraws", "withdrawn", {}, {"file_building": "withdrawn"}),
    Road("the student is removed with a reason", "removed", {}, {"admission_vote": "removed"}),
    Road("the student dies", "deceased", {}, {"probation": "deceased"}),
    Road(
        "a wrong admission is annulled",
        "annulled",
        {"annul_review": "annulled"},
        {"recognition": "wrong_admission"},
    ),
    Road(
        "a faulty admission is repaired",
        "official_member",
        {"annul_review": "redo", "stage_left": "probation"},
        {"probation": "wrong_admission"},
    ),
    Road(
        "a doubted admission stands",
        "official_member",
        {"annul_review": "kept", "stage_left": "ceremony"},
        {"ceremony": "wrong_admission"},
    ),
    Road(
        "every level is rearranged while it has the file",
        "official_member",
        SECTION,
        dropped=(
            "section_appraisal",
            "committee_resolution",
            "admission_decision",
            "section_review",
            "committee_review",
            "recognition_decision",
        ),
    ),
    Road(
        "the committees are rearranged while they strike off",
        "struck_off",
        {**COMMITTEE, **STRUCK, "complaint": "waived"},
        dropped=("strike_off_resolution", "strike_off_decision"),
    ),
    *(moved(stage) for stage in STAGES if stage != "strike_off"),
    moved("strike_off", cell_review="strike_off", complaint="waived"),
    moved("refusal", admission_decision=["refused", "admitted"]),
    Road(
        "a refused candidate withdraws before being told",
        "withdrawn",
        {"admission_decision": "refused"},
        {"refusal": "withdrawn"},
    ),
    Road("the person goes out of the system", "moved_away", {}, {"admission_vote": "moved_away"}),
    Road(
        "moved under the same deciding committee, which goes on with the file",
        "official_member",
        {**COMMITTEE, "stage_left": "decision", "deciding_kept": "yes"},
        {"decision": "unit_changed"},
    ),
    Road(
        "a probationer dies while the admission is examined",
        "deceased",
        {},
        {"probation": "wrong_admission", "annulment": "deceased"},
    ),
]


# Handovers: what is answered where, and after how many steps the sender recalls; where they end.
HANDOVERS: dict[str, tuple[str, dict[str, str | list], str]] = {
    "a candidate is handed on and gets a helper": ("handover_closed", {}, ""),
    "a member is handed on": ("handover_closed", {"after_arrival": "closed"}, ""),
    "a member comes back from a temporary transfer": ("handover_closed", {"after_arrival": "return"}, ""),
    "the cell gives up before anybody is asked": (
        "handover_given_up",
        {"prepare_handover": "given_up"},
        "",
    ),
    "the committee sends it back, the receiver returns it and then hands it on": (
        "handover_closed",
        {
            "offer_handover": ["sent_back", "offered"],
            "answer_handover": ["returned", "forwarded", "accepted"],
        },
        "",
    ),
    "the sender recalls and gives up": (
        "handover_given_up",
        {"prepare_handover": ["prepared", "given_up"]},
        "answer_handover",
    ),
    "an organisation outside of the system takes the person": (
        "handover_taken_away",
        {"answer_handover": "taken_away"},
        "",
    ),
    "the case ends before anybody has come": ("handover_moot", {"confirm_arrival": "not_needed"}, ""),
}


@cache
def handed(name: str) -> Walk:
    """The walk of a named handover; whoever waits for a helper is told of one."""
    _end, words, recalled_at = HANDOVERS[name]
    walk = Walk("handover", **words)
    for _ in range(40):
        if walk.ended:
            return walk
        tasks = walk.items("task")
        if not tasks:
            walk.send("assigned", "helper_assigned")
        elif tasks[0].element == recalled_at:
            walk.send("recalled", "recall")
        else:
            walk.complete(tasks[0])
    raise AssertionError(f"{name}: still open: {walk.open}")


@cache
def followed(name: str) -> Walk:
    """The walk of a named road, made once; read it, do not go on with it."""
    return follow(next(road for road in ROADS if road.name == name))


def follow(road: Road, limit: int = 600) -> Walk:
    """Walk a road to the end of the case."""
    walk = Walk("admission", **road.words)
    waiting = dict(road.interruptions)
    dropping = set(road.dropped)
    for _ in range(limit):
        stage = walk.case.stage()
        if walk.ended:
            return walk
        if stage in waiting:
            walk.send(waiting.pop(stage))
            continue
        if dropping & set(walk.open):
            dropping -= {walk.drop()}
            continue
        tasks = [task for task in walk.items("task") if task.element != road.undone]
        if tasks:
            walk.complete(tasks[0])
        else:
            walk.fire(walk.items("timer")[0].element)
    raise AssertionError(f"{road.name}: still open after {limit} steps: {walk.open}")
