// Rows of field, operator, value over one hidden input that holds the rule. Everything shown comes from the server.
(() => {
    "use strict";

    const PAUSE_MS = 400;

    const make = (tag, props = {}, ...children) => {
        const node = Object.assign(document.createElement(tag), props);
        node.append(...children.filter(Boolean));
        return node;
    };

    class Editor {
        constructor(root) {
            this.root = root;
            this.words = root.querySelector("[data-words]").dataset;
            this.json = root.querySelector("[data-json]");
            this.match = root.querySelector("[data-match]");
            this.rows = root.querySelector("[data-rows]");
            this.preview = root.querySelector("[data-preview]");
            const given = JSON.parse(root.querySelector("script").textContent);
            this.fields = given.fields;
            this.lists = 0;
            const rule = given.rule || {};
            this.match.value = rule.any ? "any" : "all";
            const items = rule.any || rule.all || [];
            (items.length ? items : [{}]).forEach((item) => this.add(item));
            if (given.error) this.showError(given.error.place[0], given.error.message);
            this.match.addEventListener("change", () => this.changed());
            root.querySelector("[data-add]").addEventListener("click", () => {
                this.add({}).querySelector("select").focus();
                this.changed();
            });
            if (items.length) this.count();
        }

        add(item) {
            const row = new Row(this, this.fields, item, "");
            this.rows.append(row.node);
            return row.node;
        }

        read() {
            return { [this.match.value]: [...this.rows.children].map((node) => node.row.read()) };
        }

        changed() {
            this.json.value = JSON.stringify(this.read());
            this.root.querySelectorAll(".rule-error").forEach((node) => node.remove());
            clearTimeout(this.timer);
            this.timer = setTimeout(() => this.count(), PAUSE_MS);
        }

        async count() {
            this.asked?.abort();
            this.asked = new AbortController();
            this.preview.textContent = this.words.counting;
            const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
            const body = new URLSearchParams({ rule: JSON.stringify(this.read()) });
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
                const links = answer.sample.map((one) => make("a", { href: one.url, textContent: one.name }));
                this.preview.append(make("p", { className: "rule-sample" }, ...links));
            }
        }

        showError(index, message) {
            const node = this.rows.children[index];
            if (!node) return;
            node.append(make("p", { className: "rule-error", role: "alert", textContent: message }));
        }
    }

    class Row {
        constructor(editor, fields, item, path) {
            this.editor = editor;
            this.fields = fields;
            this.path = path;
            this.isFilter = Boolean(path);
            this.node = make("li", { className: this.isFilter ? "rule-row rule-filter" : "rule-row" });
            this.node.row = this;
            this.field = this.select(editor.words.field, this.options());
            this.field.value = item.field || "";
            this.rest = make("div", { className: "rule-rest" });
            const remove = make("button", {
                type: "button", className: "rule-remove", textContent: "×", title: editor.words.remove,
            });
            remove.setAttribute("aria-label", editor.words.remove);
            remove.addEventListener("click", () => this.remove());
            const only = this.isFilter && make("span", { className: "rule-quiet", textContent: editor.words.only });
            this.node.append(make("div", { className: "rule-line" }, only, this.field, this.rest, remove));
            this.field.addEventListener("change", () => {
                this.showField({});
                editor.changed();
            });
            this.showField(item);
        }

        options() {
            const groups = new Map();
            for (const field of this.fields) {
                if (!groups.has(field.group)) groups.set(field.group, make("optgroup", { label: field.group }));
                groups.get(field.group).append(make("option", { value: field.name, textContent: field.label }));
            }
            const list = groups.size > 1 ? [...groups.values()] : [...[...groups.values()][0].children];
            return [make("option", { value: "", textContent: this.editor.words.choose }), ...list];
        }

        select(label, options) {
            const node = make("select", {}, ...options);
            node.setAttribute("aria-label", label);
            return node;
        }

        showField(item) {
            this.known = this.fields.find((one) => one.name === this.field.value);
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
            const maker = { nothing: nothing, choice: choice, several: several }[kind.kind] || input;
            this.value = maker(this.editor, kind, item, path);
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
                const row = new Row(this.editor, this.known.filters, one, this.known.name);
                this.filters.insertBefore(row.node, add.parentNode);
                return row;
            };
            this.filters.append(make("li", {}, add));
            (item.where || []).forEach(append);
            add.addEventListener("click", () => {
                append({ field: this.known.filters[0].name }).field.focus();
                this.editor.changed();
            });
            this.node.append(this.filters);
        }

        remove() {
            const next = this.node.nextElementSibling || this.node.previousElementSibling;
            this.node.remove();
            if (!this.isFilter && !this.editor.rows.children.length) this.editor.add({});
            (next?.querySelector("select, button") || this.editor.root.querySelector("[data-add]")).focus();
            this.editor.changed();
        }

        read() {
            const item = { field: this.field.value };
            if (!this.known) return item;
            item.operator = this.operator.value;
            const value = this.value.read();
            if (value !== null) item.value = value;
            if (this.window?.value) item.window = this.window.value;
            const rows = this.filters ? [...this.filters.children].filter((node) => node.row) : [];
            if (rows.length) item.where = rows.map((node) => node.row.read());
            return item;
        }
    }

    const nothing = () => ({ node: make("span"), read: () => null });

    const input = (editor, kind, item) => {
        const isDate = kind.kind === "date";
        const node = make("input", { type: isDate ? "date" : "number", className: isDate ? "" : "rule-number" });
        if (!isDate) node.step = "any";
        if (["string", "number"].includes(typeof item.value)) node.value = item.value;
        node.setAttribute("aria-label", editor.words.value);
        node.addEventListener("input", () => editor.changed());
        return { node, read: () => node.value };
    };

    const choice = (editor, kind, item) => {
        const chosen = [item.value ?? []].flat();
        const boxes = kind.choices.map(([value, label]) => {
            const box = make("input", { type: "checkbox", value, checked: chosen.includes(value) });
            box.addEventListener("change", () => editor.changed());
            return make("label", { className: "rule-chip" }, box, " ", label);
        });
        const node = make("span", { className: "rule-chips", role: "group" }, ...boxes);
        node.setAttribute("aria-label", editor.words.value);
        return { node, read: () => [...node.querySelectorAll("input:checked")].map((box) => box.value) };
    };

    // Chosen values as chips and one input with offers from the shop's own data; Enter, a comma or a choice adds one.
    const several = (editor, kind, item, path) => {
        const labels = { ...(item.labels || {}) };
        const list = make("datalist", { id: `rule-offers-${++editor.lists}` });
        const field = make("input", {
            type: "text", autocomplete: "off", placeholder: kind.isFree ? editor.words.type : editor.words.pick,
        });
        field.setAttribute("aria-label", editor.words.value);
        if (kind.hasOffers) field.setAttribute("list", list.id);
        const node = make("span", { className: "rule-chips" }, field, list);
        const values = () => [...node.querySelectorAll(".rule-chip")].map((chip) => chip.dataset.value);
        let offered = new Map();

        const put = (value) => {
            if (values().includes(value)) return;
            const remove = make("button", { type: "button", textContent: "×" });
            remove.setAttribute("aria-label", `${editor.words.take}: ${labels[value] ?? value}`);
            const chip = make("span", { className: "rule-chip" }, labels[value] ?? value, remove);
            chip.dataset.value = value;
            remove.addEventListener("click", () => {
                chip.remove();
                field.focus();
                editor.changed();
            });
            node.insertBefore(chip, field);
        };

        const accept = (text) => {
            const known = offered.get(text.toLowerCase());
            if (!known && !kind.isFree) return false;
            const [value, label] = known || [text, text];
            labels[value] = label;
            put(value);
            field.value = "";
            editor.changed();
            return true;
        };

        const offer = async () => {
            const query = new URLSearchParams({ field: path, q: field.value.trim() });
            const response = await fetch(`${editor.root.dataset.valuesUrl}?${query}`);
            if (!response.ok) return;
            const found = (await response.json()).values;
            offered = new Map(found.map(([value, label]) => [label.toLowerCase(), [value, label]]));
            list.replaceChildren(...found.map(([, label]) => make("option", { value: label })));
        };

        let timer;
        field.addEventListener("focus", () => kind.hasOffers && offer());
        field.addEventListener("input", (event) => {
            // A choice from the list comes as a replacement, or without a type at all.
            const isChoice = !event.inputType || event.inputType === "insertReplacementText";
            if (isChoice && offered.has(field.value.trim().toLowerCase()) && accept(field.value.trim())) return;
            clearTimeout(timer);
            if (kind.hasOffers) timer = setTimeout(offer, PAUSE_MS / 2);
        });
        field.addEventListener("keydown", async (event) => {
            if (event.key === "Backspace" && !field.value) {
                node.querySelector(".rule-chip:last-of-type")?.remove();
                editor.changed();
            }
            if (event.key !== "Enter" && event.key !== ",") return;
            event.preventDefault();
            const text = field.value.trim();
            if (!text || accept(text)) return;
            await offer();
            if (!accept(text) && offered.size === 1) accept([...offered.keys()][0]);
        });
        field.addEventListener("blur", () => {
            const text = field.value.trim();
            if (text) accept(text);
        });
        [item.value ?? []].flat().filter((value) => value !== "").forEach((value) => put(String(value)));
        return { node, labels, read: values };
    };

    const start = () => document.querySelectorAll("[data-rule]").forEach((root) => new Editor(root));
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
    else start();
})();
