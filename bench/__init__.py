"""Measurements: `make bench` prints them and writes them to a JSON file."""
