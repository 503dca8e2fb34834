"""What time will bring: when a student may be voted on, what must start when, and what the pool promises."""
