"""`vialcheck import`, and the profiles that keep its options."""
