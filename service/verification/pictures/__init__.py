"""Pictures as people send them: opened with bounded work, read for codes, in a process of their own."""
