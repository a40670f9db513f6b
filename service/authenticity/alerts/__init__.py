"""Rules about regulators' alerts: which alert concerns what was presented, and what it says of it."""
