"""What a GS1-Conformant Resolver answers (GS1-Conformant Resolver Standard 1.2.0), as pure functions."""
