"""Run by Alembic; the connection comes from `bring_up_to_date` and is in a transaction already."""

from alembic import context

from lti_tool.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
