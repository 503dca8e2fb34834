"""What the screens show: one file for each kind of screen. Only `uploads` writes."""
