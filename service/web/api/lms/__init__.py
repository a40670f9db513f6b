"""Verification of product identifiers for trading partners: GS1's Lightweight Messaging Standard (LMS)."""
