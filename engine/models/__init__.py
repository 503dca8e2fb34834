"""The models: reading, checking, drawing and keeping them."""
