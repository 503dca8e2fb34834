"""What a machine lacks is skipped, counted and printed; with KETNAP_NO_SKIPS one skip fails the run."""

import os

import pytest

NO_SKIPS = "KETNAP_NO_SKIPS"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        reasons = sorted(
            {str(report.longrepr[2]) for report in skipped if isinstance(report.longrepr, tuple)}
        )
        terminalreporter.write_line(f"skipped here: {len(skipped)}")
        for reason in reasons:
            terminalreporter.write_line(f"  {reason}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get(NO_SKIPS) and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"{NO_SKIPS} is set and something was skipped: this run fails.")
