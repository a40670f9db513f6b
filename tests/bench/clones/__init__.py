"""How many copied codes a detector notices, how soon, and how many single vials it takes for copies by mistake."""
