"""A quarantine as a case: who holds the vial, who has to answer and by when, and what came of it."""
