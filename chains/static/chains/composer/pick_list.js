// A list that is searched by typing: placeholders, links, kinds of blocks, customers.
import { icon, make, newId, openPopover } from "./dom.js";

// `offers(typed)` gives, or promises, [{ label, group, hint, icon, value }]. Every word typed must be found.
export function openPickList(root, anchor, { label, words, offers, onpick, onclose }) {
    const id = newId();
    const input = make("input", {
        type: "text", className: "composer-input", placeholder: label, autocomplete: "off", spellcheck: false,
        role: "combobox", "aria-label": label, "aria-controls": id, "aria-expanded": "true", "aria-autocomplete": "list",
    });
    const list = make("ul", { id, role: "listbox", className: "composer-options", "aria-label": label });
    let options = [];
    let current = 0;
    let asked = 0;
    let picked = false;

    const mark = (index) => {
        current = Math.max(0, Math.min(index, options.length - 1));
        const rows = list.querySelectorAll("[role=option]");
        rows.forEach((row, at) => row.setAttribute("aria-selected", at === current));
        rows[current]?.scrollIntoView({ block: "nearest" });
        input.setAttribute("aria-activedescendant", rows[current]?.id ?? "");
    };
    const pick = (option) => {
        if (!option) return;
        picked = true;
        close();
        onpick(option.value);
    };
    const draw = async () => {
        const turn = ++asked;
        const found = await offers(input.value.trim());
        if (turn !== asked) return;
        options = found;
        let group = "";
        list.replaceChildren();
        options.forEach((option) => {
            if (option.group && option.group !== group) {
                list.append(make("li", { role: "presentation", className: "composer-group", textContent: option.group }));
            }
            group = option.group;
            list.append(make("li", {
                id: newId(), role: "option", className: "composer-option", onmousedown: (event) => event.preventDefault(),
                onclick: () => pick(option),
            },
                option.icon && icon(option.icon),
                make("span", { className: "composer-option-words" },
                    make("span", { textContent: option.label }),
                    option.hint && make("small", { textContent: option.hint }))));
        });
        if (!options.length) list.append(make("li", { role: "presentation", className: "composer-group", textContent: words.nothing_found }));
        if (found.isCut) list.append(make("li", { role: "presentation", className: "composer-group", textContent: words.there_is_more }));
        mark(0);
    };
    input.addEventListener("input", draw);
    input.addEventListener("keydown", (event) => {
        const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
        if (move) mark(current + move);
        else if (event.key === "Enter") pick(options[current]);
        else return;
        event.preventDefault();
        event.stopPropagation();
    });
    const close = openPopover(root, anchor, make("div", { className: "composer-pick" }, input, list), {
        label,
        onclose: (isElsewhere) => picked || onclose?.(isElsewhere),
    });
    draw();
    input.focus();
    return close;
}

export function searched(options) {
    return (typed) => {
        const asked = typed.toLowerCase().split(/\s+/).filter(Boolean);
        return options.filter((one) => {
            const text = `${one.label} ${one.hint ?? ""} ${one.group ?? ""} ${one.search ?? ""}`.toLowerCase();
            return asked.every((word) => text.includes(word));
        });
    };
}
