"""Alembic's environment: it runs inside `Database.migrate`, which hands it the engine."""

from alembic import context

from service.storage.models import Base

with context.config.attributes["engine"].connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
