"""Links of products and lots that the resolver leads to."""
