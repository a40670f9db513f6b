"""Sentences of the reasons of a verdict: for patients, and for clinics where they need another."""
