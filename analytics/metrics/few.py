"""How many buyers it takes before a figure is about more than chance."""

FEWEST_BUYERS = 20
