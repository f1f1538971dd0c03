"""One file a metric: a frozen dataclass with its definition in words, made by arithmetic from counts."""
