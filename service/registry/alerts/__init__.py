"""Regulators' alerts: openFDA's reports, lots parsed from free text, and the checks that an alert matches."""
