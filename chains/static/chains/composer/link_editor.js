// Where the chosen words lead: an address typed, or one of the pages that placeholders name.
import { button, make, openPopover } from "./dom.js";
import { LineField } from "./line_field.js";

export function editLink(composer, view) {
    const { words } = composer;
    const type = view.state.schema.marks.link;
    const { from, to, mark } = around(view.state, type);
    let href = mark?.attrs.href ?? "";
    const field = new LineField(composer, {
        label: words.leads_to, help: words.leads_to_help, value: href, isLink: true, onchange: (value) => (href = value.trim()),
    });
    const text = make("input", { type: "text", className: "composer-input", "aria-label": words.link_words, placeholder: words.link_words });
    let wanted = false;
    const apply = () => {
        const change = view.state.tr;
        let end = to;
        if (from === to && text.value && href) {
            change.insertText(text.value, from);
            end = from + text.value.length;
        }
        change.removeMark(from, end, type);
        if (href && end > from) change.addMark(from, end, type.create({ href: withScheme(href) }));
        view.dispatch(change);
    };
    const form = make("form", { className: "composer-form", onsubmit: (event) => {
        event.preventDefault();
        wanted = true;
        close();
    } },
        from === to && text, field.node,
        make("div", { className: "enc-row" },
            make("button", { type: "submit", className: "enc-button enc-button-main", textContent: words.done }),
            mark && button(words.remove_link, () => {
                href = "";
                wanted = true;
                close();
            })));
    form.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && event.target.closest(".composer-editor")) form.requestSubmit();
    });
    const close = openPopover(composer, view.coordsAtPos(from), form, {
        label: words.link,
        onclose: (isElsewhere) => {
            field.destroy();
            if (view.isDestroyed) return;
            if (wanted) apply();
            if (!isElsewhere) view.focus();
        },
    });
    if (from === to) text.focus();
    else field.focus();
}

const withScheme = (href) => (/^[\w-]+(\.[\w-]+)+([/?#]|$)/.test(href) ? `https://${href}` : href);

// The whole link where the cursor stands in one, or else what is chosen.
function around(state, type) {
    const { from, to, $from, empty } = state.selection;
    const mark = type.isInSet($from.marks()) || type.isInSet(state.doc.nodeAt(from)?.marks ?? []);
    if (!empty || !mark) return { from, to, mark };
    const spans = [];
    const start = $from.start();
    $from.parent.forEach((node, at) => mark.isInSet(node.marks) && spans.push([start + at, start + at + node.nodeSize]));
    return { from: spans[0]?.[0] ?? from, to: spans.at(-1)?.[1] ?? to, mark };
}
