// Paragraphs with a toolbar; a text that only Liquid can say is edited as it is written.
import { chainCommands, inputRules, liftListItem, setBlockType, splitListItem, textblockTypeInputRule, toggleMark, wrapIn,
    wrapInList, wrappingInputRule } from "../../vendor/prosemirror/prosemirror.js";
import { iconButton, make, newId } from "./dom.js";
import { editLink } from "./link_editor.js";
import { wordsSchema } from "./schema.js";
import { TextEditor } from "./text_editor.js";
import { words as form } from "./words_document.js";

const { nodes, marks } = wordsSchema;
const long = { ...form, isLong: true };
const newLine = (state, dispatch) => {
    dispatch?.(state.tr.replaceSelectionWith(nodes.hard_break.create()).scrollIntoView());
    return true;
};
const RULES = inputRules({
    rules: [
        wrappingInputRule(/^\s*[-*]\s$/, nodes.bullet_list),
        wrappingInputRule(/^(\d+)\.\s$/, nodes.ordered_list, (found) => ({ start: Number(found[1]) })),
        textblockTypeInputRule(/^(#{1,3})\s$/, nodes.heading, (found) => ({ level: found[1].length })),
    ],
});

export class WordsField {
    constructor(composer, { label, help, value, onchange }) {
        Object.assign(this, { composer, label, onchange, source: value });
        this.helpId = newId();
        this.place = make("div");
        this.node = make("div", { className: "composer-field" },
            make("span", { className: "composer-label", textContent: label }), this.place,
            help && make("p", { id: this.helpId, className: "composer-help", textContent: help }));
        this.draw(form.read(value));
    }

    draw(doc) {
        this.editor?.destroy();
        this.editor = this.box = null;
        if (doc && !this.wantsLiquid) this.drawEditor(doc);
        else this.drawSource(doc);
    }

    changed(source) {
        this.source = source;
        this.onchange(source);
    }

    drawEditor(doc) {
        const { placeholders, words, canChange } = this.composer;
        const openList = (anchor, onclose) => placeholders.openList(anchor, {
            onclose, onpick: (path) => this.editor.insertChip(placeholders.chip(path)),
        });
        this.editor = new TextEditor({
            form: long, doc, source: this.source, placeholders, label: this.label, describedBy: this.helpId,
            editable: canChange, onchange: (source) => this.changed(source), openList,
            keys: {
                Enter: chainCommands(
                    (_state, _dispatch, view) => placeholders.editSelected(view),
                    splitListItem(nodes.list_item), liftListItem(nodes.list_item)),
                "Shift-Enter": newLine,
                "Mod-b": toggleMark(marks.strong),
                "Mod-i": toggleMark(marks.em),
                "Mod-k": (_state, _dispatch, view) => editLink(this.composer, view) || true,
            },
            plugins: [RULES],
        });
        this.place.replaceChildren(canChange ? this.toolbar(words, openList) : "", this.editor.place);
    }

    toolbar(words, openList) {
        const { view } = this.editor;
        const run = (command) => () => {
            command(view.state, view.dispatch, view);
            view.focus();
        };
        const list = (kind) => (state, dispatch) =>
            inList(state) ? liftListItem(nodes.list_item)(state, dispatch) : wrapInList(kind)(state, dispatch);
        const heading = (state, dispatch) => setBlockType(
            state.selection.$from.parent.type === nodes.heading ? nodes.paragraph : nodes.heading, { level: 2 })(state, dispatch);
        const mark = (name, label, type) => {
            const node = iconButton(name, label, run(toggleMark(type)), { "aria-pressed": "false" });
            node.update = () => node.setAttribute("aria-pressed", String(isActive(view.state, type)));
            return node;
        };
        const toggles = [mark("format_bold", `${words.bold} (Ctrl+B)`, marks.strong), mark("format_italic", `${words.italic} (Ctrl+I)`, marks.em)];
        this.editor.onupdate = () => toggles.forEach((one) => one.update());
        const insert = make("button", {
            type: "button", className: "composer-insert", title: words.insert_help,
            onclick: () => openList(view.coordsAtPos(view.state.selection.from), (isElsewhere) => isElsewhere || view.focus()),
        }, make("span", { className: "material-symbols-outlined", "aria-hidden": "true", textContent: "person_add" }), words.insert);
        return make("div", {
            className: "composer-toolbar", role: "toolbar", "aria-label": words.formatting,
            // A press on a button leaves the words that are chosen chosen.
            onmousedown: (event) => event.preventDefault(),
        },
            ...toggles,
            iconButton("link", `${words.link} (Ctrl+K)`, () => editLink(this.composer, view)),
            iconButton("format_list_bulleted", words.bullets, run(list(nodes.bullet_list))),
            iconButton("format_list_numbered", words.numbers, run(list(nodes.ordered_list))),
            iconButton("title", words.heading, run(heading)),
            insert, this.conditionButton(words),
            this.liquidSwitch(words.write_liquid, true));
    }

    // The paragraphs chosen stand only where what is picked is known.
    conditionButton(words) {
        const { view } = this.editor;
        const press = iconButton("rule", words.only_if, () => this.composer.placeholders.openList(press, {
            onclose: (isElsewhere) => isElsewhere || view.focus(),
            onpick: (path) => {
                wrapIn(nodes.only_if, { path })(view.state, view.dispatch);
                view.focus();
            },
        }));
        return press;
    }

    drawSource(doc) {
        const { words, canChange } = this.composer;
        this.box = make("textarea", {
            className: "composer-source", value: this.source, rows: Math.max(5, this.source.split("\n").length + 1),
            readOnly: !canChange, spellcheck: false, "aria-label": this.label, oninput: () => this.changed(this.box.value),
        });
        const why = make("p", { className: "composer-help", textContent: doc ? words.liquid_chosen : words.liquid_needed });
        this.place.replaceChildren(why, this.box, canChange && doc ? this.liquidSwitch(words.write_rich, false) : "");
    }

    liquidSwitch(label, wantsLiquid) {
        return make("button", {
            type: "button", className: "composer-switch", textContent: label,
            onclick: () => {
                this.wantsLiquid = wantsLiquid;
                this.draw(form.read(this.source));
                this.focus();
            },
        });
    }

    set(value) {
        if (value === this.source) return;
        this.source = value;
        const doc = form.read(value);
        if (this.editor && doc) this.editor.give(value, doc);
        else if (this.box && (!doc || this.wantsLiquid)) this.box.value = value;
        else this.draw(doc);
    }

    focus() {
        (this.editor ?? this.box).focus();
    }

    destroy() {
        this.editor?.destroy();
    }
}

function inList(state) {
    const { $from } = state.selection;
    return $from.depth > 1 && $from.node(-1).type === nodes.list_item;
}

function isActive(state, type) {
    const { from, to, $from, empty } = state.selection;
    if (empty) return Boolean(type.isInSet(state.storedMarks || $from.marks()));
    return state.doc.rangeHasMark(from, to, type);
}
