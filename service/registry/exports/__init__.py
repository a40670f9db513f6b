"""Writes records as lists that `vialcheck import` puts on record again, just as they were."""
