"""Whether a text may be saved: it can be read, every placeholder exists, and it stays small."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from django.utils.translation import gettext as _
from liquid import BoundTemplate
from liquid.ast import Node
from liquid.builtin.expressions import LoopExpression
from liquid.builtin.expressions.primitive import IntegerLiteral, RangeLiteral
from liquid.expression import Expression
from liquid.static_analysis import Variable

from chains.messages.placeholders import KNOWN, LINE_FIELDS, LOOP_FIELDS, RESERVED
from chains.messages.samples import nothing_known, sample
from chains.messages.sandbox import LOOP_LIMIT, SOURCE_LIMIT, TemplateError, fill, parse
from crm.languages import codes

ROOTS = frozenset(path.split(".")[0] for path in KNOWN)


def check(source: str) -> None:
    """Raise TemplateError, with the line, unless the source can be sent to anybody."""
    if len(source) > SOURCE_LIMIT:
        raise TemplateError(_("The text is longer than %(limit)s characters.") % {"limit": SOURCE_LIMIT})
    template = parse(source)
    _check_ranges(source, template)
    _check_names(source, template)
    for language in codes():
        fill(source, sample(language))
    fill(source, nothing_known())


def _check_ranges(source: str, template: BoundTemplate) -> None:
    """A range is only counted through by a loop; anything else done with a huge one would fill the memory."""
    for expression, is_looped in _expressions(template):
        if isinstance(expression, RangeLiteral) and not (is_looped and _is_short(expression)):
            line = source.count("\n", 0, expression.token.start_index) + 1
            raise TemplateError(_("A loop repeats more than %(limit)s times.") % {"limit": LOOP_LIMIT}, line)


def _is_short(span: RangeLiteral) -> bool:
    start, stop = span.start, span.stop
    if not isinstance(start, IntegerLiteral) or not isinstance(stop, IntegerLiteral):
        return False
    return int(stop.value) - int(start.value) < LOOP_LIMIT


def _check_names(source: str, template: BoundTemplate) -> None:
    analysis = template.analyze(include_partials=False)
    for name, places in analysis.locals.items():
        if name in RESERVED:
            raise TemplateError(
                _("“%(name)s” is a name of Encore's own, choose another.") % {"name": name}, _line(source, places[0])
            )
    outside = {id(variable) for places in analysis.globals.values() for variable in places}
    for places in analysis.variables.values():
        for variable in places:
            known = _is_known(variable) if id(variable) in outside else _is_known_inside(variable)
            if not known:
                raise TemplateError(_unknown(str(variable)), _line(source, variable))


def _is_known(variable: Variable) -> bool:
    return str(variable) in KNOWN or str(variable) == "order.lines.size"


def _is_known_inside(variable: Variable) -> bool:
    """A variable of the text's own: plain, a field of an order line, or of the loop."""
    root, *rest = variable.segments
    if not rest:
        return True
    return len(rest) == 1 and rest[0] in (LOOP_FIELDS if root == "forloop" else LINE_FIELDS)


def _unknown(path: str) -> str:
    guesses = get_close_matches(path, sorted(KNOWN), n=1, cutoff=0.5)
    if guesses:
        return _("There is no placeholder {{ %(path)s }}. Did you mean {{ %(guess)s }}?") % {
            "path": path,
            "guess": guesses[0],
        }
    return _("There is no placeholder {{ %(path)s }}.") % {"path": path}


def _line(source: str, variable: Variable) -> int:
    return source.count("\n", 0, variable.span.index) + 1


def _expressions(template: BoundTemplate) -> Iterator[tuple[Expression, bool]]:
    """Every expression of the template, and whether a loop goes through it."""
    from liquid import RenderContext

    scope = RenderContext(template)

    def of_node(node: Node) -> Iterator[tuple[Expression, bool]]:
        for expression in node.expressions():
            yield from of_expression(expression, is_looped=False)
        for child in node.children(scope, include_partials=False):
            yield from of_node(child)

    def of_expression(expression: Expression, *, is_looped: bool) -> Iterator[tuple[Expression, bool]]:
        yield expression, is_looped
        for child in expression.children():
            in_loop = isinstance(expression, LoopExpression) and child is expression.iterable
            yield from of_expression(child, is_looped=in_loop)

    for node in template.nodes:
        yield from of_node(node)
