// Placeholders as chips: picked from a list, shown by their label, with what is said when nothing is known.
import { NodeSelection } from "../../vendor/prosemirror/prosemirror.js";
import { button, labelled, make, openPopover } from "./dom.js";
import { EMPTY_CHIP, writeChip } from "./liquid.js";
import { openPickList, searched } from "./pick_list.js";

export class Placeholders {
    constructor(root, catalogue, words) {
        this.root = root;
        this.words = words;
        this.known = new Map(catalogue.map((one) => [one.path, one]));
    }

    label(chip) {
        return this.known.get(chip.path)?.label ?? chip.raw.replace(/^{{\s*|\s*}}$/g, "");
    }

    // Of the whole list, or of links alone.
    openList(anchor, { onlyLinks = false, onpick, onclose }) {
        const options = [...this.known.values()]
            .filter((one) => !onlyLinks || one.is_link)
            .map((one) => ({ label: one.label, group: one.group, hint: one.sample, search: one.path, value: one.path }));
        return openPickList(this.root, anchor, {
            label: this.words.find_placeholder, words: this.words, offers: searched(options), onpick, onclose,
        });
    }

    chip(path) {
        const chip = { ...EMPTY_CHIP, path };
        return { ...chip, raw: writeChip(chip) };
    }

    // What the node views of editors draw.
    draw(node, view, getPos) {
        const { words } = this;
        const chip = node.attrs;
        const remove = make("button", {
            type: "button", className: "composer-chip-remove", textContent: "×", tabIndex: -1,
            "aria-label": `${words.remove}: ${this.label(chip)}`,
            onmousedown: (event) => event.preventDefault(),
            onclick: () => {
                view.dispatch(view.state.tr.delete(getPos(), getPos() + 1));
                view.focus();
            },
        });
        const around = chip.before || chip.after;
        const dom = make("span", { className: "composer-chip", title: this.known.get(chip.path)?.sample ?? chip.raw },
            chip.before && make("i", { textContent: chip.before }),
            make("b", { textContent: this.label(chip) }),
            chip.after && make("i", { textContent: chip.after }),
            chip.fallback && make("small", { textContent: fallbackWords(words, chip.fallback) }),
            around && !chip.fallback && make("small", { textContent: words.or_nothing }),
            view.editable && remove);
        dom.addEventListener("click", (event) => {
            if (event.target === remove || !view.editable) return;
            this.edit(view, getPos());
        });
        return {
            dom,
            stopEvent: (event) => event.target === remove,
            ignoreMutation: () => true,
            selectNode: () => dom.classList.add("is-selected"),
            deselectNode: () => dom.classList.remove("is-selected"),
        };
    }

    // Around paragraphs that stand only where something is known.
    drawCondition(node, view, getPos) {
        const label = this.words.only_if_known.replace("%(what)s", this.label({ path: node.attrs.path, raw: node.attrs.path }));
        const remove = make("button", {
            type: "button", className: "composer-chip-remove", textContent: "×", title: this.words.show_always,
            "aria-label": this.words.show_always, onmousedown: (event) => event.preventDefault(),
            onclick: () => {
                const at = getPos();
                const { content, nodeSize } = view.state.doc.nodeAt(at);
                view.dispatch(view.state.tr.replaceWith(at, at + nodeSize, content));
                view.focus();
            },
        });
        const head = make("div", { className: "composer-only-if-head", contentEditable: "false" }, label, view.editable && remove);
        const contentDOM = make("div");
        return {
            dom: make("div", { className: "composer-only-if" }, head, contentDOM), contentDOM,
            stopEvent: (event) => head.contains(event.target), ignoreMutation: (change) => !contentDOM.contains(change.target),
        };
    }

    // Enter on a chosen chip opens it as a press does.
    editSelected(view) {
        const { selection } = view.state;
        if (!(selection instanceof NodeSelection) || selection.node.type.name !== "chip") return false;
        this.edit(view, selection.from);
        return true;
    }

    edit(view, at) {
        const { words } = this;
        const node = view.state.doc.nodeAt(at);
        const chip = node.attrs;
        const known = this.known.get(chip.path);
        if (!known) return;
        const field = (name) => make("input", { type: "text", className: "composer-input", value: chip[name], maxLength: 200 });
        const [fallback, before, after] = ["fallback", "before", "after"].map(field);
        const apply = () => {
            const changed = { path: chip.path, fallback: fallback.value, before: before.value, after: after.value };
            if (["fallback", "before", "after"].every((name) => changed[name] === chip[name])) return;
            view.dispatch(view.state.tr.setNodeMarkup(at, null, { ...changed, raw: writeChip(changed) }, node.marks));
        };
        const anchor = view.nodeDOM(at);
        const form = make("form", {
            className: "composer-form",
            onsubmit: (event) => {
                event.preventDefault();
                close();
            },
        },
            make("p", { className: "enc-strong", textContent: known.label }),
            make("p", { className: "composer-help", textContent: `${words.sample}: ${known.sample}` }),
            labelled(words.when_empty, fallback, words.when_empty_help),
            make("details", { open: Boolean(chip.before || chip.after) },
                make("summary", { className: "enc-link", textContent: words.words_around }),
                make("p", { className: "composer-help", textContent: words.words_around_help }),
                labelled(words.words_before, before), labelled(words.words_after, after)),
            make("div", { className: "enc-row" },
                button(words.done, null, { type: "submit", className: "enc-button enc-button-main" })));
        const close = openPopover(this.root, anchor, form, {
            label: known.label,
            onclose: (isElsewhere) => {
                if (view.isDestroyed) return;
                apply();
                if (!isElsewhere) view.focus();
            },
        });
        fallback.focus();
    }
}

const fallbackWords = (words, fallback) => words.or_fallback.replace("%(words)s", fallback);
