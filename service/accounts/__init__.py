"""People, their organisations, how they sign in, and what each may do."""
