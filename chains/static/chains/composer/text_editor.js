// What a field of words and one of a line have in common: an editor over a kept text.
import { EditorState, EditorView, keymap, baseKeymap } from "../../vendor/prosemirror/prosemirror.js";
import { make } from "./dom.js";

export class TextEditor {
    // `form` reads and writes: words or line of words_document.js.
    constructor({ form, doc, source, placeholders, keys, label, describedBy, editable, onchange, openList, hasSlashes, plugins = [] }) {
        this.form = form;
        this.source = source;
        this.openList = openList;
        this.plugins = [...plugins, keymap(keys), keymap(baseKeymap)];
        this.hasSlashes = hasSlashes;
        this.place = make("div", { className: "composer-editor" });
        this.view = new EditorView(this.place, {
            state: EditorState.create({ doc, plugins: this.plugins }),
            editable: () => editable,
            attributes: {
                role: "textbox", "aria-label": label, "aria-multiline": String(form.isLong ?? false),
                ...(describedBy ? { "aria-describedby": describedBy } : {}),
            },
            nodeViews: {
                chip: (node, view, getPos) => placeholders.draw(node, view, getPos),
                only_if: (node, view, getPos) => placeholders.drawCondition(node, view, getPos),
            },
            // An editor would swallow it, and a dialog around it would not close.
            handleDOMEvents: { keydown: (_view, event) => event.key === "Escape" },
            handleTextInput: (view, from, to, text) => this.typed(view, from, text),
            clipboardTextSerializer: (slice) => slice.content.textBetween(0, slice.content.size, "\n", (node) => node.attrs.raw ?? "\n"),
            dispatchTransaction: (change) => {
                this.view.updateState(this.view.state.apply(change));
                this.onupdate?.();
                if (!change.docChanged || change.getMeta("given")) return;
                this.source = form.write(this.view.state.doc);
                onchange(this.source);
            },
        });
    }

    // A brace, or a slash where a word could begin, opens the list; without a choice it is an ordinary sign.
    typed(view, from, text) {
        const before = view.state.doc.textBetween(Math.max(0, from - 1), from, "\n", "x");
        const isSlash = text === "/" && /^\s?$/.test(before) && !this.hasSlashes;
        if (text !== "{" && !isSlash) return false;
        if (before === "{") return false;
        this.openList(view.coordsAtPos(from), (isElsewhere) => {
            view.dispatch(view.state.tr.insertText(text));
            if (!isElsewhere) view.focus();
        });
        return true;
    }

    insertChip(attrs) {
        const { view } = this;
        const chip = view.state.schema.nodes.chip.create(attrs);
        view.dispatch(view.state.tr.replaceSelectionWith(chip, true).scrollIntoView());
        view.focus();
    }

    // Another text in place of this one, changing as little as can be, so that the cursor stays where it was.
    give(source, doc) {
        this.source = source;
        const { state } = this.view;
        const start = state.doc.content.findDiffStart(doc.content);
        if (start === null) return;
        let { a, b } = state.doc.content.findDiffEnd(doc.content);
        const overlap = start - Math.min(a, b);
        if (overlap > 0) {
            a += overlap;
            b += overlap;
        }
        try {
            this.view.dispatch(state.tr.replace(start, a, doc.slice(start, b)).setMeta("given", true));
        } catch {
            this.view.updateState(EditorState.create({ doc, plugins: this.plugins }));
        }
        if (!this.view.state.doc.eq(doc)) this.view.updateState(EditorState.create({ doc, plugins: this.plugins }));
    }

    focus() {
        this.view.focus();
    }

    destroy() {
        this.view.destroy();
    }
}
