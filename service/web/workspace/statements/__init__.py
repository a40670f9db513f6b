"""Statements for patients: what waits for a second person, and what patients read now."""

from service.web.workspace.statements.views import statements

__all__ = ["statements"]
