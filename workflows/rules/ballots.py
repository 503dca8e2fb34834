"""A vote as a formal act: who is counted, what is needed, what came out, in integers only.

"≥ 2/3 của tổng số" is `3 * votes_for >= 2 * base`; no float ever meets a vote.
"""

from dataclasses import dataclass
from typing import Final

from engine.errors import Text

TOTAL: Final = "total"
PRESENT: Final = "present"
BASES: Final = (TOTAL, PRESENT)
AT_LEAST: Final = ">="
MORE_THAN: Final = ">"
COMPARISONS: Final = (AT_LEAST, MORE_THAN)
SECRET: Final = "secret"  # noqa: S105 - a kind of ballot
CARDS: Final = "cards"
METHODS: Final = (SECRET, CARDS)


@dataclass(frozen=True)
class Quota:
    """A share of a base, as the law writes it: `2/3` of the total, at least."""

    numerator: int
    denominator: int
    comparison: str = AT_LEAST
    base: str = TOTAL

    @classmethod
    def parse(cls, fraction: str, comparison: str = AT_LEAST, base: str = TOTAL) -> "Quota":
        """From '2/3'. ValueError if it is not a fraction between 0 and 1 in lowest terms a reader expects."""
        over, slash, under = fraction.partition("/")
        if not slash or not over.isdecimal() or not under.isdecimal():
            raise ValueError(f"{fraction!r} is not a fraction")
        numerator, denominator = int(over), int(under)
        if denominator == 0 or not 0 < numerator <= denominator:
            raise ValueError(f"{fraction!r} is not between 0 and 1")
        if comparison not in COMPARISONS or base not in BASES:
            raise ValueError(f"unknown comparison {comparison!r} or base {base!r}")
        return cls(numerator, denominator, comparison, base)

    def met(self, votes_for: int, base: int) -> bool:
        """False for an empty base: nobody has decided nothing."""
        if base <= 0:
            return False
        left, right = self.denominator * votes_for, self.numerator * base
        return left > right if self.comparison == MORE_THAN else left >= right

    def needed(self, base: int) -> int:
        """The smallest number of votes for that carries on this base."""
        whole, rest = divmod(self.numerator * base, self.denominator)
        if self.comparison == MORE_THAN:
            return whole + 1
        return whole + (1 if rest else 0)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


@dataclass(frozen=True)
class Vote:
    """What the counting record says. `entitled` is everybody on the roll of the day who may vote.

    `away` are on temporary duty elsewhere, `exempt_absent` are exempted from meetings and did not come:
    both leave the base (QĐ 294 điểm 9.3.2, HD 06 điểm 3.6b). An exempted member who came counts as present.
    """

    entitled: int
    present: int
    votes_for: int
    votes_against: int
    invalid: int = 0
    exempt_absent: int = 0
    away: int = 0
    method: str = SECRET
    attempt: int = 1

    @property
    def counted(self) -> int:
        """The base of a share of the total: all entitled but those away and the exempted who did not come."""
        return self.entitled - self.exempt_absent - self.away

    def faults(self) -> dict[str, Text]:
        """Field → what is wrong with it, in the user's words; empty when the figures add up."""
        figures = ("entitled", "present", "votes_for", "votes_against", "invalid", "exempt_absent", "away")
        faults = {name: Text("Số này không được âm.") for name in figures if getattr(self, name) < 0}
        if faults:
            return faults
        if self.entitled == 0:
            faults["entitled"] = Text("Chưa có ai có quyền biểu quyết: hãy xem danh sách của ngày họp.")
        elif self.counted < 1:
            faults["exempt_absent"] = Text("Số vắng được trừ phải nhỏ hơn tổng số có quyền biểu quyết.")
        elif self.present > self.counted:
            faults["present"] = Text(
                "Có mặt {present} nhưng chỉ phải tính {counted}: người có mặt không ghi vào số vắng.",
                present=self.present,
                counted=self.counted,
            )
        cast = self.votes_for + self.votes_against + self.invalid
        if cast != self.present:
            faults["votes_for"] = Text(
                "Tán thành, không tán thành và không hợp lệ cộng lại là {cast}, phải bằng số có mặt là "
                "{present}.",
                cast=cast,
                present=self.present,
            )
        if self.method not in METHODS:
            faults["method"] = Text("Hãy chọn bỏ phiếu kín hoặc giơ thẻ.")
        if self.attempt < 1:
            faults["attempt"] = Text("Lần biểu quyết đầu tiên là lần 1.")
        return faults

    def result(self, quota: Quota) -> "Result":
        """ValueError when the figures do not add up: check `faults` first."""
        if self.faults():
            raise ValueError("the figures of the vote do not add up")
        base = self.counted if quota.base == TOTAL else self.present
        return Result(self, quota, base, quota.met(self.votes_for, base))


@dataclass(frozen=True)
class Result:
    vote: Vote
    quota: Quota
    base: int
    carried: bool

    @property
    def needed(self) -> int:
        return self.quota.needed(self.base)

    def text(self) -> str:
        """The count in words, with the sum behind the base."""
        vote = self.vote
        of_whom = "tổng số phải tính" if self.quota.base == TOTAL else "số có mặt"
        least = "trên" if self.quota.comparison == MORE_THAN else "ít nhất"
        words = f"{vote.votes_for}/{self.base} tán thành, cần {least} {self.quota} {of_whom}"
        words += f" (từ {self.needed} phiếu)"
        if self.quota.base == TOTAL and (vote.away or vote.exempt_absent):
            words += f"; {self.base} = {vote.entitled}"
            words += f" − {vote.away} công tác xa" if vote.away else ""
            words += f" − {vote.exempt_absent} được miễn, vắng mặt" if vote.exempt_absent else ""
        return words + (": đạt." if self.carried else ": chưa đạt.")


def carries(vote: Vote, quota: Quota) -> bool:
    return vote.result(quota).carried


def reachable(
    quota: Quota, *, entitled: int, away: int = 0, exempt: int = 0, expected: int | None = None
) -> bool:
    """Could the vote carry if all who are expected come and all vote for?

    `expected`: who is expected in the room; unset, everybody but those away and exempted.
    Exempted members are counted as absent, which is the smallest base.
    """
    base = entitled - away - exempt
    coming = base if expected is None else min(expected, entitled - away)
    base = max(base, coming)
    return quota.met(coming, base if quota.base == TOTAL else coming)
