"""The processes that serve, and the RSGI front that receives requests before the WSGI application runs."""
