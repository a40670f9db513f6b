"""Backups: one file with the records, the lists on their way and the key file, each with its checksum."""
