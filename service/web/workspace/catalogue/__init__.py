"""Pages on what is published about packs of products."""
