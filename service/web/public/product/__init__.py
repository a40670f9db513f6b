"""What a manufacturer states about a product, for everyone."""

from service.web.public.product.views import product_page

__all__ = ["product_page"]
