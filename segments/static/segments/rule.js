// Groups of conditions over one hidden input that holds the rule. Everything shown comes from the server.
(() => {
    "use strict";

    const { make, value, Pick } = window.encoreRule;
    const PAUSE_MS = 400;
    const KINDS = ["all", "any", "none"];
    // The server refuses conditions nested deeper than five levels.
    const DEEPEST_GROUP = 4;

    const button = (className, label, text, onClick) => {
        const node = make("button", { type: "button", className, textContent: text || label });
        if (text) {
            node.title = label;
            node.setAttribute("aria-label", label);
        }
        node.addEventListener("click", onClick);
        return node;
    };

    class Editor {
        constructor(root) {
            this.root = root;
            this.words = root.querySelector("[data-words]").dataset;
            this.json = root.querySelector("[data-json]");
            this.preview = root.querySelector("[data-preview]");
            // By it the server knows which of its counts this one supersedes.
            this.ticket = Math.random().toString(36).slice(2, 12);
            const given = JSON.parse(root.querySelector("script").textContent);
            this.fields = given.fields;
            this.context = given.context;
            this.isRequired = given.isRequired;
            this.lists = 0;
            const isGroup = given.rule && KINDS.some((kind) => given.rule[kind]);
            this.tree = new Group(this, isGroup ? given.rule : { all: given.rule?.field ? [given.rule] : [{}] }, null);
            root.querySelector("[data-tree]").append(this.tree.node);
            if (given.error) this.showError(given.error.path, given.error.message);
            if (given.rule) this.count();
            else this.preview.textContent = this.isRequired ? "" : this.words.everybody;
        }

        changed() {
            this.json.value = JSON.stringify(this.tree.read());
            this.root.querySelectorAll(".rule-error").forEach((node) => node.remove());
            clearTimeout(this.timer);
            this.timer = setTimeout(() => this.count(), PAUSE_MS);
        }

        // The page may be about a row whose own values come first.
        async offers(field, q) {
            const about = this.root.closest("[data-rule-about]")?.dataset.ruleAbout ?? "";
            const response = await fetch(`${this.root.dataset.valuesUrl}?${new URLSearchParams({ field, q, about })}`);
            return response.ok ? response.json() : { values: [], more: "" };
        }

        async count() {
            this.asked?.abort();
            this.asked = new AbortController();
            this.preview.textContent = this.words.counting;
            const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
            const body = new URLSearchParams({
                rule: JSON.stringify(this.tree.read()), ticket: this.ticket, context: this.context,
            });
            if (!this.isRequired) body.set("optional", "1");
            try {
                const response = await fetch(this.root.dataset.countUrl, {
                    method: "POST", body, signal: this.asked.signal, headers: { "X-CSRFToken": token },
                });
                if (!response.ok) throw new Error(response.status);
                this.show(await response.json());
            } catch (error) {
                if (error.name !== "AbortError") this.preview.textContent = this.words.lost;
            }
        }

        show(answer) {
            this.preview.replaceChildren();
            if (answer.problem) {
                this.preview.append(make("p", { className: "rule-quiet", textContent: answer.problem }));
                return;
            }
            this.preview.append(
                make("p", {}, make("strong", { textContent: answer.count }), " ", answer.of),
                make("p", { className: "rule-quiet", textContent: answer.sentence }),
            );
            if (answer.sample.length) {
                const links = answer.sample.map((one) => make("a", { href: one.url, textContent: one.name, title: one.hint }));
                this.preview.append(make("p", { className: "rule-sample" }, make("span", { textContent: this.words.sample }), ...links));
            }
        }

        showError(path, message) {
            const node = path.reduce((at, index) => at?.item.list?.children[index] || at, this.tree.node);
            node.append(make("p", { className: "rule-error", role: "alert", textContent: message }));
        }
    }

    class Group {
        constructor(editor, given, parent) {
            this.editor = editor;
            this.parent = parent;
            this.depth = parent ? parent.depth + 1 : 0;
            const words = editor.words;
            this.node = make(parent ? "li" : "div", { className: "rule-group" });
            this.node.item = this;
            const kind = KINDS.find((one) => given[one]) || "all";
            this.kind = make("select", {}, ...KINDS.map((one) => make("option", { value: one, textContent: words[one] })));
            this.kind.value = kind;
            this.kind.setAttribute("aria-label", words.who);
            this.kind.addEventListener("change", () => editor.changed());
            const head = make("div", { className: "rule-match" }, make("span", { textContent: words.who }), this.kind);
            if (parent) head.append(...tools(this, words.copyGroup, words.removeGroup));
            this.list = make("ol", { className: "rule-rows" });
            const feet = make("div", { className: "rule-feet" });
            feet.append(button("rule-button", words.add, "", () => this.append({}, true)));
            if (this.depth < DEEPEST_GROUP) {
                feet.append(button("rule-button", words.addGroup, "", () => this.append({ any: [{}] }, true)));
            }
            this.node.append(head, this.list, feet);
            const items = given[kind];
            (Array.isArray(items) && items.length ? items : [{}]).forEach((item) => this.append(item, false));
        }

        append(given, isNew, after = null) {
            const isGroup = given && KINDS.some((kind) => given[kind]);
            const item = isGroup ? new Group(this.editor, given, this) : new Row(this.editor, given || {}, this);
            if (after) after.after(item.node);
            else this.list.append(item.node);
            if (isNew) {
                item.focus();
                this.editor.changed();
            }
            return item;
        }

        focus() {
            this.list.querySelector("input, select").focus();
        }

        read() {
            return { [this.kind.value]: [...this.list.children].map((node) => node.item.read()) };
        }

        snapshot() {
            return { [this.kind.value]: [...this.list.children].map((node) => node.item.snapshot()) };
        }
    }

    // Copy and remove, for a condition as for a group.
    const tools = (item, copyWords, removeWords) => [
        button("rule-tool rule-copy material-symbols-outlined", copyWords, "content_copy", () => item.parent.append(item.snapshot(), true, item.node)),
        button("rule-tool rule-remove", removeWords, "×", () => {
            const next = item.node.nextElementSibling || item.node.previousElementSibling;
            item.node.remove();
            if (!item.parent.list.children.length) item.parent.append({}, false);
            (next?.querySelector("input, select") || item.parent.node.querySelector(".rule-button")).focus();
            item.editor.changed();
        }),
    ];

    class Row {
        constructor(editor, item, parent, fields = editor.fields, path = "") {
            this.editor = editor;
            this.parent = parent;
            this.fields = fields;
            this.path = path;
            this.node = make("li", { className: path ? "rule-row rule-filter" : "rule-row" });
            this.node.item = this;
            const words = editor.words;
            const options = fields.map((one) => ({ value: one.name, text: one.label, group: one.group }));
            this.field = new Pick(words.field, words.choose, options, item.field, () => {
                this.showField({});
                editor.changed();
            });
            this.rest = make("div", { className: "rule-rest" });
            const line = make("div", { className: "rule-line" }, this.field.node, this.rest);
            if (path) {
                line.prepend(make("span", { className: "rule-quiet", textContent: words.only }));
                line.append(button("rule-tool rule-remove", words.remove, "×", () => this.take()));
            } else {
                line.append(...tools(this, words.copy, words.remove));
            }
            this.node.append(line);
            this.showField(item);
        }

        focus() {
            this.field.input.focus();
        }

        take() {
            const add = this.node.parentNode.querySelector(".rule-link");
            this.node.remove();
            add.focus();
            this.editor.changed();
        }

        select(label, options) {
            const node = make("select", {}, ...options);
            node.setAttribute("aria-label", label);
            return node;
        }

        showField(item) {
            this.known = this.fields.find((one) => one.name === this.field.chosen?.value);
            this.rest.replaceChildren();
            this.filters?.remove();
            this.note?.remove();
            this.operator = this.value = this.window = this.filters = this.note = null;
            if (!this.known) return;
            this.operator = this.select(
                this.editor.words.operator,
                this.known.operators.map((one) => make("option", { value: one.name, textContent: one.label })),
            );
            if (item.operator) this.operator.value = item.operator;
            this.operator.addEventListener("change", () => {
                this.showValue({ value: this.value.read(), labels: this.value.labels });
                this.editor.changed();
            });
            this.place = make("span", { className: "rule-value" });
            this.rest.append(this.operator, this.place);
            this.showValue(item);
            if (this.known.takesWindow) this.showWindow(item);
            if (this.known.filters.length) this.showFilters(item);
            if (this.known.note) {
                this.note = make("p", { className: "rule-quiet rule-note", textContent: this.known.note });
                this.node.append(this.note);
            }
        }

        showValue(item) {
            const operator = this.known.operators.find((one) => one.name === this.operator.value);
            const kind = operator ? operator.value : { kind: "nothing" };
            const path = this.path ? `${this.path}.${this.known.name}` : this.known.name;
            this.value = value(this.editor, kind, item, path);
            this.place.replaceChildren(this.value.node);
        }

        showWindow(item) {
            const words = this.editor.words;
            this.window = make("input", {
                type: "number", min: 1, value: item.window ?? "", placeholder: words.ever, className: "rule-number",
            });
            this.window.setAttribute("aria-label", `${words.window}, ${words.days}`);
            this.window.addEventListener("input", () => this.editor.changed());
            this.rest.append(
                make("label", { className: "rule-window" }, `${words.window} `, this.window, ` ${words.days}`),
            );
        }

        showFilters(item) {
            this.filters = make("ul", { className: "rule-filters" });
            const add = make("button", {
                type: "button", className: "rule-link", textContent: this.editor.words.narrow,
            });
            const append = (one) => {
                const row = new Row(this.editor, one, null, this.known.filters, this.known.name);
                this.filters.insertBefore(row.node, add.parentNode);
                return row;
            };
            this.filters.append(make("li", {}, add));
            (item.where || []).forEach(append);
            add.addEventListener("click", () => {
                const filters = this.known.filters;
                append(filters.length === 1 ? { field: filters[0].name } : {}).focus();
                this.editor.changed();
            });
            this.node.append(this.filters);
        }

        read() {
            const item = { field: this.known?.name || "" };
            if (!this.known) return item;
            item.operator = this.operator.value;
            const value = this.value.read();
            if (value !== null) item.value = value;
            if (this.window?.value) item.window = this.window.value;
            const where = this.narrowings().map((row) => row.read());
            if (where.length) item.where = where;
            return item;
        }

        snapshot() {
            const where = this.narrowings().map((row) => row.snapshot());
            return { ...this.read(), labels: this.value?.labels, where };
        }

        narrowings() {
            return this.filters ? [...this.filters.children].map((node) => node.item).filter(Boolean) : [];
        }
    }

    // Rows that a formset adds come later, and so do dialogs; the empty row that rows are copied from is left alone.
    const start = (within) => within.querySelectorAll("[data-rule]:not([data-started])").forEach((root) => {
        if (root.querySelector("[data-json]").name.includes("__prefix__")) return;
        root.dataset.started = "";
        new Editor(root);
    });
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => start(document));
    else start(document);
    document.addEventListener("formset:added", (event) => start(event.target));
    window.encoreRule.start = start;
})();
