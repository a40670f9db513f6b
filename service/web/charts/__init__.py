"""Charts and maps drawn on the server as SVG geometry; templates/shared/charts.html renders them."""
