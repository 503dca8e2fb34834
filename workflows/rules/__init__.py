"""The rules of the law as dated data, and the pure functions that apply them."""
