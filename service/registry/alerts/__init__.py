"""Regulators' alerts: openFDA notices, lots cut out of free text, checks that an alert matches."""
