"""Lists of products, batches, units and alerts: reads files, parses cells, imports or refuses rows."""
