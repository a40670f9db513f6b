"""Pages for everyone, without an account: ask, answer, photo, labels, report, privacy."""
