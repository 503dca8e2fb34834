"""The catalogue of papers: sound in itself, and complete for the steps that use it."""

from workflows.admission.steps import STEPS
from workflows.documents.catalogue import RATINGS, papers, symbol_of, symbols


def test_every_paper_has_a_title_a_known_symbol_and_a_rating() -> None:
    for paper in papers().values():
        assert paper.title
        assert paper.symbol == "" or paper.symbol in symbols()
        assert paper.rating in RATINGS
        assert paper.source


def test_no_number_of_the_list_of_104_stands_twice() -> None:
    numbers = [paper.number for paper in papers().values() if paper.number is not None]
    assert len(numbers) == len(set(numbers))
    assert all(1 <= number <= 104 for number in numbers)


def test_the_papers_that_the_dossier_names_are_all_there() -> None:
    named = {1, 5, 7, 8, 9, 10, 11, 12, 13, *range(37, 56), 59, 60, 62, *range(92, 101)}
    assert named <= {paper.number for paper in papers().values()}


def test_every_paper_of_a_step_is_in_the_catalogue() -> None:
    used = {kind for step in STEPS.values() for kind in (step.papers or {}).values()}
    assert used <= papers().keys()


def test_a_symbol_is_its_own_series_and_a_paper_has_that_of_its_type() -> None:
    assert symbol_of("NQ") == "NQ"
    assert symbol_of("admission_decision") == "QĐ"
    assert symbol_of("application_letter") == ""
