"""How the cells of a list are to be read: words, dates and numbers of many languages, and open questions."""
