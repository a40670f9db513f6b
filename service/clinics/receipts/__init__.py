"""Receipts of treatments: what was used, handed to the patient, and judged anew each time that it is read."""
