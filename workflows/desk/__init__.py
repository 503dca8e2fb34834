"""What the screens show: one named query for each, one file for each kind of screen. Nothing but `uploads` writes."""
