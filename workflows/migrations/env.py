"""How alembic meets our tables: one connection, given by `workflows.schema.upgrade`."""

from alembic import context

from workflows.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
