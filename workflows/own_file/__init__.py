"""What students see and ask of their own file: the state in plain words, corrections, papers, withdrawal."""
