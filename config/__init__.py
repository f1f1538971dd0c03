import os

# The search for what to expect multiplies small matrices: where a worker has company, waking a thread for each costs
# twenty times the work. It is read when numpy is first imported, so it is said before anything else.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from config.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
