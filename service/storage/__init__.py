"""Records on disk: models, one `transaction()`, migrations. Dialects differ in `database` only."""
