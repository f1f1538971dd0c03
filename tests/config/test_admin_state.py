"""All requests of a process share one object of each admin class, in as many threads as the server has."""

import ast
import inspect
import textwrap

from django.contrib import admin

APPS = {"analytics", "chains", "config", "crm", "segments"}


def own_classes():
    classes = set()
    for registered in admin.site._registry.values():
        for class_ in (type(registered), *registered.inlines):
            classes.update(base for base in class_.__mro__ if base.__module__.split(".")[0] in APPS)
    return classes


def kept_on_the_object(class_):
    tree = ast.parse(textwrap.dedent(inspect.getsource(class_)))
    methods = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name != "__init__"]
    return {f"{class_.__name__}.{method.name}" for method in methods for node in ast.walk(method) if is_kept(node)}


def is_kept(node):
    """Whether it assigns to self.something, self.something[key] or cls.something, or calls setattr with one of them."""
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in {"setattr", "vars"} and bool(node.args) and is_shared(node.args[0])
    is_written = isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del)
    return is_written and is_shared(node)


def is_shared(node):
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return ast.unparse(node) in {"self", "cls", "type(self)"}


def test_no_admin_keeps_anything_of_a_request_on_itself():
    classes = own_classes()

    assert len(classes) > 40
    assert {place for class_ in classes for place in kept_on_the_object(class_)} == set()


def test_what_is_kept_is_found():
    class Keeping:
        def view(self, request):
            self.now = 1
            self.seen[request] = 2
            setattr(self, request, 3)

        def other(self, request):
            request.seen = self.now
            found = {request: self.seen}
            return found

    assert kept_on_the_object(Keeping) == {"Keeping.view"}
