"""The season of graduation: nobody leaves a school without a place to go to, or a named reason."""
