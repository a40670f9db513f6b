"""Words of the page about a product."""
