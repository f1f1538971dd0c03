import os

from django.core.wsgi import get_wsgi_application

from config.refusals import ending_in_words, require_database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

with ending_in_words():
    application = get_wsgi_application()
    require_database()
