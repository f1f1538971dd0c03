"""How staff get in: by a password, tried so often, and a second step where they have switched it on."""
