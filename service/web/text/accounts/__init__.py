"""Words of the pages that every account has."""
