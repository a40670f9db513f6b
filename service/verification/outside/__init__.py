"""Asks other organisations' responders about products whose records are kept there (GS1 LMS, requester)."""
