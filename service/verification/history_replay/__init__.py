"""Scan logs judged again by the detector: made by a simulation, or brought by an operator."""
