"""Published reviews for the shop's own site: as data, as a feed, and as HTML to put into a page."""
