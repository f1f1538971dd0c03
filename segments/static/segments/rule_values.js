// Inputs for the values of conditions: a number, a date, a choice, several texts, a name with its value.
(() => {
    "use strict";

    const PAUSE_MS = 200;

    const make = (tag, props = {}, ...children) => {
        const node = Object.assign(document.createElement(tag), props);
        node.append(...children.filter(Boolean));
        return node;
    };

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
        const more = make("span", { className: "rule-quiet" });
        more.setAttribute("role", "status");
        const node = make("span", { className: "rule-chips" }, field, list, more);
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
            const found = await editor.offers(path, field.value.trim());
            offered = new Map(found.values.map(([value, label]) => [label.toLowerCase(), [value, label]]));
            list.replaceChildren(...found.values.map(([, label]) => make("option", { value: label })));
            more.textContent = found.more;
        };

        let timer;
        field.addEventListener("focus", () => kind.hasOffers && offer());
        field.addEventListener("input", (event) => {
            // A choice from the list comes as a replacement, or without a type at all.
            const isChoice = !event.inputType || event.inputType === "insertReplacementText";
            if (isChoice && offered.has(field.value.trim().toLowerCase()) && accept(field.value.trim())) return;
            clearTimeout(timer);
            if (kind.hasOffers) timer = setTimeout(offer, PAUSE_MS);
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
            more.textContent = "";
        });
        [item.value ?? []].flat().filter((value) => value !== "").forEach((value) => put(String(value)));
        return { node, labels, read: values };
    };

    // A name the shop uses, offered from its data, and the value it must have.
    const pair = (editor, kind, item, path) => {
        const given = Array.isArray(item.value) ? item.value : [];
        const list = make("datalist", { id: `rule-offers-${++editor.lists}` });
        const parts = [editor.words.name, editor.words.value].map((label, index) => {
            const type = index && kind.valueKind !== "text" ? kind.valueKind : "text";
            const node = make("input", { type, autocomplete: "off", placeholder: label, value: given[index] ?? "" });
            if (type === "number") node.step = "any";
            node.setAttribute("aria-label", label);
            node.addEventListener("input", () => editor.changed());
            return node;
        });
        parts[0].setAttribute("list", list.id);
        parts[0].addEventListener("focus", async () => {
            const found = await editor.offers(path, "");
            list.replaceChildren(...found.values.map(([value]) => make("option", { value })));
        });
        const node = make("span", { className: "rule-chips" }, parts[0], "=", parts[1], list);
        return { node, read: () => parts.map((one) => one.value) };
    };

    const makers = { nothing, choice, several, pair };
    const value = (editor, kind, item, path) => (makers[kind.kind] || input)(editor, kind, item, path);
    window.encoreRule = Object.assign(window.encoreRule || {}, { make, value });
})();
