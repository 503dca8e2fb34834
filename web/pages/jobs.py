"""Việc nền: what the worker does, what each job came to, and asking for one now (the worker does it)."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from engine import runs
from engine.errors import Conflict, Text
from engine.transactions import Transaction
from web.entry import now, opens, user_id, wall
from web.language import words
from workflows.access import Whole
from workflows.desk import jobs_page

pages = Blueprint("jobs", __name__)


@pages.get("/operations/jobs")
@opens("operations.see", Whole)
def index(tx: Transaction) -> str:
    found = jobs_page.lines(tx, now=now(), wall=wall())
    working = jobs_page.workers(tx, wall=wall())
    return render_template("jobs.html", lines=found, workers=working)


@pages.get("/operations/jobs/<job>")
@opens("operations.see", Whole)
def show(tx: Transaction, job: str) -> str:
    found = jobs_page.line(tx, job, now=now(), wall=wall())
    working = jobs_page.workers(tx, wall=wall())
    return render_template("job.html", line=found, days=jobs_page.history(tx, job), workers=working)


@pages.post("/operations/jobs/<job>/now")
@opens("operations.see", Whole, writing=True, again="jobs.show")
def ask(tx: Transaction, job: str) -> Response:
    jobs_page.job_of(job)
    if not runs.ask(tx, job, by=user_id(), now=now()):
        raise Conflict(Text("Đã có người yêu cầu chạy việc này. Hãy chờ ít giây rồi tải lại trang."))
    flash(words("Đã yêu cầu. Tiến trình nền sẽ chạy việc này trong ít giây."), "done")
    return redirect(url_for("jobs.show", job=job), 303)
