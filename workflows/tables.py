"""Every file of tables, imported once, so that one metadata knows them all."""

import workflows.access.records
import workflows.admission.records
import workflows.bulk.records
import workflows.comments.records
import workflows.documents.records
import workflows.forecast.records
import workflows.meetings.records
import workflows.organisations.records
import workflows.own_file.records
import workflows.people.records
import workflows.reminders.records
import workflows.reorganisation.records
import workflows.rules.records
import workflows.sandbox.records
import workflows.schedules.records
import workflows.season.records
import workflows.transfers.records
from engine.records import metadata

TABLES = metadata.tables
