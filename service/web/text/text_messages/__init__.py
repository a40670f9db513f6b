"""Answers of one text message (SMS)."""
