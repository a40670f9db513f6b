"""Receipts of treatments, for those who hold one."""
