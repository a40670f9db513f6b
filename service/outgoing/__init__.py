"""Requests that this service sends by itself: guarded, short, and none where the operator has set nothing."""
