"""Receipts of treatments."""
