"""How a product is described on packs and by people: names, strengths, forms."""
