"""The sandbox: a made-up province whose day can be moved forward, day by day, by the jobs of every night."""
