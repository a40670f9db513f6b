"""Temperature of the places where a clinic's vials lie: logs, excursions, and what they hold."""
