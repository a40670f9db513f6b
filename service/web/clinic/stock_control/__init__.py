"""Pages of a clinic's stock as a whole: sites, expiry list, minimum stock, stocktakes, transfers, papers."""
