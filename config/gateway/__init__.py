"""Between granian and Django: a request is whole before a thread is given to it."""
