"""The papers: the catalogue of their types and the registers that number them."""
