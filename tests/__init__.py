"""Tests mirror `service/`."""
