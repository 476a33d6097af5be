"""The kiosk's own books: sales, stock, audit, and who may open them."""
