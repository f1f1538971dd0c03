// A list that is searched by typing: arrows or a tap choose, Enter and Tab take what is marked, Escape takes it back.
(() => {
    "use strict";

    const { make } = window.encoreRule;
    let lists = 0;

    const rank = (text, typed) => {
        if (text === typed) return 0;
        if (text.startsWith(typed)) return 1;
        return text.includes(` ${typed}`) ? 2 : 3;
    };

    class Pick {
        constructor(label, hint, options, value, onChoose) {
            this.options = options;
            this.onChoose = onChoose;
            this.list = make("ul", { className: "rule-options", id: `rule-options-${++lists}`, hidden: true });
            this.list.setAttribute("role", "listbox");
            this.input = make("input", { type: "text", autocomplete: "off", placeholder: hint });
            const about = { role: "combobox", "aria-label": label, "aria-expanded": "false", "aria-autocomplete": "list" };
            Object.entries(about).forEach(([name, text]) => this.input.setAttribute(name, text));
            this.input.setAttribute("aria-controls", this.list.id);
            this.node = make("span", { className: "rule-pick" }, this.input, this.list);
            this.set(value);
            this.input.addEventListener("focus", () => this.input.select());
            this.input.addEventListener("click", () => this.open(""));
            this.input.addEventListener("input", () => this.open(this.input.value));
            this.input.addEventListener("blur", () => this.leave());
            this.input.addEventListener("keydown", (event) => this.press(event));
        }

        set(value) {
            this.chosen = this.options.find((one) => one.value === value) || null;
            this.input.value = this.chosen ? this.chosen.text : "";
        }

        open(typed) {
            const wanted = typed.trim().toLowerCase();
            this.found = this.options.filter((one) => `${one.text} ${one.group}`.toLowerCase().includes(wanted));
            if (wanted) this.found.sort((a, b) => rank(a.text.toLowerCase(), wanted) - rank(b.text.toLowerCase(), wanted));
            let group = null;
            this.list.replaceChildren();
            this.found.forEach((one, index) => {
                if (!wanted && one.group !== group) {
                    group = one.group;
                    const title = make("li", { className: "rule-option-group", textContent: group });
                    title.setAttribute("role", "presentation");
                    this.list.append(title);
                }
                this.list.append(this.option(one, index));
            });
            this.list.hidden = !this.found.length;
            this.input.setAttribute("aria-expanded", String(!this.list.hidden));
            this.mark(wanted ? 0 : this.found.indexOf(this.chosen));
        }

        option(one, index) {
            const node = make("li", { id: `${this.list.id}-${index}`, textContent: one.text });
            node.setAttribute("role", "option");
            // Before the input loses focus, or leaving it would close the list under the pointer.
            node.addEventListener("mousedown", (event) => {
                event.preventDefault();
                this.choose(one);
            });
            return node;
        }

        mark(index) {
            this.marked = index;
            const nodes = [...this.list.querySelectorAll("[role=option]")];
            nodes.forEach((node, at) => node.setAttribute("aria-selected", String(at === index)));
            nodes[index]?.scrollIntoView({ block: "nearest" });
            this.input.setAttribute("aria-activedescendant", nodes[index]?.id || "");
        }

        press(event) {
            const steps = { ArrowDown: 1, ArrowUp: -1 };
            if (steps[event.key]) {
                event.preventDefault();
                if (this.list.hidden) this.open("");
                else this.mark((this.marked + steps[event.key] + this.found.length) % this.found.length);
            } else if (event.key === "Enter") {
                event.preventDefault();
                if (!this.list.hidden && this.found[this.marked]) this.choose(this.found[this.marked]);
            } else if (event.key === "Tab") {
                // Now, not when leaving: what appears for the choice must be there before the focus moves on.
                this.leave();
            } else if (event.key === "Escape") {
                this.close();
                this.set(this.chosen?.value);
            }
        }

        leave() {
            const typed = !this.list.hidden && this.input.value !== (this.chosen?.text ?? "");
            if (typed && this.input.value.trim() && this.found[this.marked]) this.choose(this.found[this.marked]);
            this.close();
            this.set(this.chosen?.value);
        }

        choose(one) {
            const isNew = one !== this.chosen;
            this.set(one.value);
            this.close();
            if (isNew) this.onChoose(one.value);
        }

        close() {
            this.list.hidden = true;
            this.input.setAttribute("aria-expanded", "false");
        }
    }

    window.encoreRule.Pick = Pick;
})();
