// One line with placeholders; of a link, a whole address or a page to pick.
import { iconButton, make, newId } from "./dom.js";
import { TextEditor } from "./text_editor.js";
import { line } from "./words_document.js";

export class LineField {
    constructor(composer, { label, help, value, isLink = false, onchange }) {
        const { placeholders, words, canChange } = composer;
        const helpId = newId();
        const openList = (anchor, onclose) => placeholders.openList(anchor, {
            onlyLinks: isLink, onclose, onpick: (path) => this.pick(placeholders.chip(path), isLink),
        });
        this.editor = new TextEditor({
            form: line, doc: line.read(value), source: value, placeholders, label, describedBy: help ? helpId : "",
            editable: canChange, onchange, openList, hasSlashes: isLink,
            keys: {
                Enter: (_state, _dispatch, view) => placeholders.editSelected(view) || composer.focusBehind(view.dom),
                "Shift-Enter": () => true,
            },
        });
        this.editor.place.classList.add("composer-line");
        const insert = iconButton(isLink ? "add_link" : "person_add", isLink ? words.pick_link : words.insert_placeholder, () =>
            openList(insert, (isElsewhere) => isElsewhere || this.editor.focus()));
        this.node = make("div", { className: "composer-field" },
            make("span", { className: "composer-label", textContent: label }),
            make("div", { className: "composer-line-row" }, this.editor.place, canChange && insert),
            help && make("p", { id: helpId, className: "composer-help", textContent: help }));
    }

    // A page takes the place of the whole address.
    pick(chip, isLink) {
        const { view } = this.editor;
        if (isLink) view.dispatch(view.state.tr.delete(1, view.state.doc.content.size - 1));
        this.editor.insertChip(chip);
    }

    set(value) {
        if (value !== this.editor.source) this.editor.give(value, line.read(value));
    }

    focus() {
        this.editor.focus();
    }

    destroy() {
        this.editor.destroy();
    }
}
