// One block: its head with what can be done to it, and the fields of its kind.
import { fill, icon, iconButton, make } from "./dom.js";
import { makeField } from "./fields.js";

export class BlockCard {
    constructor(composer, list, block) {
        Object.assign(this, { composer, list, block, kind: composer.kind(block.kind) });
        const { words, canChange } = composer;
        this.title = make("span", { className: "enc-strong", textContent: this.kind?.label ?? block.kind });
        this.ghost = make("span", { className: "enc-pill composer-ghost", hidden: true, textContent: words.hidden_here });
        this.rule = make("button", {
            type: "button", className: "composer-rule", disabled: !canChange, onclick: () => list.editRule(this),
        });
        this.problems = make("ul", { className: "composer-problems", role: "alert" });
        this.advice = make("ul", { className: "composer-advice" });
        this.fields = new Map();
        this.isNew = composer.place < 0;
        this.body = make("div", { className: "composer-block-body" });
        this.handle = make("button", {
            type: "button", className: "enc-icon composer-handle", title: words.drag_help,
            "aria-label": fill(words.move_block, { kind: this.title.textContent }),
        }, icon("drag_indicator"));
        const head = make("div", { className: "composer-block-head" },
            canChange && this.handle, icon(this.kind?.icon ?? "help"), this.title, this.ghost, this.rule,
            canChange && make("span", { className: "composer-tools" },
                iconButton("arrow_upward", `${words.move_up} (Alt+↑)`, () => list.move(this, -1)),
                iconButton("arrow_downward", `${words.move_down} (Alt+↓)`, () => list.move(this, 1)),
                iconButton("library_add", words.duplicate, () => list.duplicate(this)),
                iconButton("content_copy", `${words.copy} (Ctrl+C)`, () => list.copy(this)),
                iconButton("delete", words.remove, () => list.remove(this))));
        this.node = make("li", { className: "composer-block", tabIndex: -1, dataset: { key: block.key } }, head, this.problems, this.advice, this.body);
        this.node.card = this;
        this.node.addEventListener("keydown", (event) => this.pressed(event));
        this.node.addEventListener("focusout", (event) => {
            if (this.isNew && event.relatedTarget && !this.node.contains(event.relatedTarget)) this.isNew = false;
        });
        this.node.addEventListener("focusin", () => composer.dispatch("focusblock", { key: block.key }));
        for (const field of this.kind?.fields ?? []) this.addField(field);
        this.showRule();
    }

    addField(field) {
        const made = makeField(this.composer, field, this.block.content[field.name] ?? this.kind.content[field.name], (value) =>
            this.composer.write(`${this.block.key}.${field.name}`, () => (this.current().content[field.name] = value)));
        this.fields.set(field.name, made);
        made.problems = make("ul", { className: "composer-problems", role: "alert" });
        made.node.append(made.problems);
        this.body.append(made.node);
    }

    // The block as it stands in the content now: undoing puts others in place.
    current() {
        return this.list.text.blocks.find((one) => one.key === this.block.key);
    }

    pressed(event) {
        const isHere = event.target === this.node || event.target === this.handle;
        if (!this.composer.canChange) return;
        if (event.altKey && event.key === "ArrowUp") this.list.move(this, -1);
        else if (event.altKey && event.key === "ArrowDown") this.list.move(this, 1);
        else if (isHere && event.key === "Delete") this.list.remove(this);
        else if (isHere && (event.ctrlKey || event.metaKey) && event.code === "KeyC") this.list.copy(this);
        else if (isHere && (event.ctrlKey || event.metaKey) && event.code === "KeyV") this.list.paste(this);
        else if (isHere && event.key === "ArrowUp") this.list.walk(this, -1);
        else if (isHere && event.key === "ArrowDown") this.list.walk(this, 1);
        else return;
        event.preventDefault();
        event.stopPropagation();
    }

    // Another content of the same block, after undoing.
    give(block) {
        this.block = block;
        for (const [name, field] of this.fields) if (name in block.content) field.set(block.content[name]);
        this.showRule();
    }

    showRule() {
        const { words, ruleWords } = this.composer;
        const has = Boolean(this.block.rule);
        const said = has ? fill(words.shown_to, { who: ruleWords[this.block.key] ?? "…" }) : words.shown_to_everybody;
        this.rule.replaceChildren(icon(has ? "group" : "groups"), said);
        this.rule.classList.toggle("is-personal", has);
        this.rule.title = words.shown_to_help;
    }

    showProblems(found) {
        const rest = [];
        for (const field of this.fields.values()) field.problems.replaceChildren();
        for (const [name, sentences] of found) {
            const field = this.fields.get(name);
            if (field && this.isYetToWrite(name)) continue;
            if (field) field.problems.append(...sentences.map(problemLine));
            else rest.push(...sentences);
        }
        this.problems.replaceChildren(...rest.map(problemLine));
        this.node.classList.toggle("has-problem", this.node.querySelector(".composer-problems li") !== null);
    }

    showFindings(findings) {
        this.advice.replaceChildren(...findings.map(adviceLine));
    }

    // Nobody is told that a field is empty before they have come to write into it.
    isYetToWrite(name) {
        return this.isNew && this.current()?.content[name] === "";
    }

    showHidden(isHidden) {
        this.ghost.hidden = !isHidden;
        this.node.classList.toggle("is-hidden", isHidden);
    }

    focus() {
        const [first] = this.fields.values();
        if (first) first.focus();
        else this.node.focus();
    }

    destroy() {
        for (const field of this.fields.values()) field.destroy();
        this.node.remove();
    }
}

const line = (name, sentence, title) => make("li", { title }, icon(name), make("span", { textContent: sentence }));
export const problemLine = (sentence) => line("error", sentence);
export const adviceLine = ({ said, why }) => line("lightbulb", said, why);
