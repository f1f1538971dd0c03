"""The PostgreSQL that Encore brings along: started at the first connection, left running."""
