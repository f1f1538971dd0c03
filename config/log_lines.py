"""Lines of the log without the values of rows: PostgreSQL quotes them under what failed, and they are people's."""

import logging
import re

# From the first of them to the end of what this error said; values may hold line breaks themselves.
QUOTED = re.compile(
    r"^(?:DETAIL|CONTEXT|QUERY|STATEMENT):.*?(?=^\s*\n(?:The above exception|During handling)|\Z)",
    re.MULTILINE | re.DOTALL,
)


class Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return QUOTED.sub("", super().format(record)).rstrip("\n")
