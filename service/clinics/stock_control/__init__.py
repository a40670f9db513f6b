"""What a clinic does with its stock as a whole: sites, minimum stock, stocktakes, transfers and returns."""
