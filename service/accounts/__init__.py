"""People and their organisations: who is signed in, and what they may do."""
