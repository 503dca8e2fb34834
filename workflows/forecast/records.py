"""The figures of the last sweep: one row for the students of a school whom one cell follows; no names."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table

from engine.records import Id, Instant, Words, metadata

# Written anew by each sweep; a row that the last one did not write is taken away by it.
forecast_figures = Table(
    "forecast_figures",
    metadata,
    Column("id", Id, primary_key=True),
    Column("institution_id", ForeignKey("institution.id"), nullable=False),
    Column("cell_id", ForeignKey("organisation.id")),  # NULL: no cell follows them yet
    Column("reckoned_on", Date, nullable=False),
    Column("reckoned_at", Instant, nullable=False),
    Column("students", Integer, nullable=False),
    Column("pool", Integer, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("figures", Words, nullable=False),  # what → month "2026-12" → how many
    sqlite_autoincrement=True,
)
Index("ix_forecast_figures_institution", forecast_figures.c.institution_id)
Index("ix_forecast_figures_cell", forecast_figures.c.cell_id)
