"""Thin doors: parse the request, call one use case, render."""
