"""Puts records right: each change has a reason, a preview, and a second person where one is asked for."""
