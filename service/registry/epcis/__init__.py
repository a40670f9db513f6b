"""EPCIS (1.0 to 2.0): documents of events in and out, what they do to the record, and queries."""
