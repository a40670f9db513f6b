"""Notices to a clinic that it holds or used vials that are stopped now, and what it did about them."""
