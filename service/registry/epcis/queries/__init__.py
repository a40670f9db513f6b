"""Events out: the standard's simple queries, and documents that can be captured elsewhere."""
