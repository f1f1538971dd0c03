"""A simulated appliance shop to look at: `manage.py demo`. Everything in it is made up."""
