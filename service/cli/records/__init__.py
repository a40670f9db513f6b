"""Commands that change records: imports, alerts, recalls and holds; labels."""
