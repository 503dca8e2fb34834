"""What `make bench` promises and a machine of any speed can check."""
