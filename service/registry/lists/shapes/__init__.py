"""Lists whose fields do not stand side by side: below one another, in codes, in text out of print."""
