"""Every file of tables, imported once, so that one metadata knows them all."""

from engine.records import metadata

TABLES = metadata.tables
