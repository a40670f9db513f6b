"""Vialcheck: does this vial match what its manufacturer issued, and should it be used?"""
