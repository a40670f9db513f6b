"""Reports of suspect products: taken from anybody (`intake`), looked into by those concerned (`inbox`)."""
