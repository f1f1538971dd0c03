from chains.admin import template

__all__ = ["template"]
