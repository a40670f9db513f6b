"""What an event does to the record, by the ways that lists, corrections and recalls go."""
