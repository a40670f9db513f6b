"""What an import would do, before anything is put on record."""
