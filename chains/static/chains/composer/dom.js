// Elements made in one line; names with a dash, and role, are attributes.
export function make(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
        if (value === undefined || value === null) continue;
        if (name === "dataset") Object.assign(node.dataset, value);
        else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
        else if (name.includes("-") || name === "role" || name === "for" || name === "list") node.setAttribute(name, value);
        else node[name] = value;
    }
    node.append(...children.filter((one) => one !== null && one !== undefined && one !== false));
    return node;
}

export const icon = (name) => make("span", { className: "material-symbols-outlined", "aria-hidden": "true", textContent: name });

export function iconButton(name, label, onclick, more = {}) {
    return make("button", { type: "button", className: "enc-icon", title: label, "aria-label": label, onclick, ...more }, icon(name));
}

export function button(label, onclick, { name, ...more } = {}) {
    const press = onclick ? { onclick } : {};
    return make("button", { type: "button", className: "enc-button", ...press, ...more }, name ? icon(name) : null, label);
}

export function labelled(label, control, help = "") {
    const id = control.id || (control.id = newId());
    return make("div", { className: "composer-field" },
        make("label", { for: id, textContent: label }), control,
        help && make("p", { className: "composer-help", textContent: help }));
}

let lastId = 0;
export const newId = () => `composer-${++lastId}`;

export const fill = (words, values) => words.replace(/%\((\w+)\)s/g, (_found, name) => values[name] ?? "");

// A small window beside what was pressed. It closes by Escape, by a press elsewhere, or by what it returns; `onclose`
// hears whether somebody has gone on to another place, where the focus is to stay.
export function openPopover(root, anchor, content, { onclose, label } = {}) {
    const node = make("div", { className: "composer-popover", popover: "auto", role: "dialog", "aria-label": label }, content);
    root.append(node);
    node.addEventListener("toggle", (event) => {
        if (event.newState !== "closed") return;
        const focused = document.activeElement;
        const isElsewhere = focused && focused !== document.body && !node.contains(focused);
        node.remove();
        onclose?.(isElsewhere);
    });
    node.showPopover();
    const at = anchor.getBoundingClientRect ? anchor.getBoundingClientRect() : anchor;
    const { offsetWidth: width, offsetHeight: height } = node;
    const below = innerHeight - at.bottom > height + 8 || at.top < height + 8;
    node.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    node.style.top = `${below ? Math.min(at.bottom + 4, Math.max(8, innerHeight - height - 8)) : at.top - height - 4}px`;
    return () => node.isConnected && node.hidePopover();
}

export function openDialog(root, title, words, ...content) {
    const close = () => node.close();
    const node = make("dialog", { className: "composer-dialog", "aria-label": title },
        make("div", { className: "composer-dialog-head" }, make("h2", { textContent: title }), iconButton("close", words.close, close)),
        ...content);
    node.addEventListener("close", () => node.remove());
    // Inside another dialog Escape closes this one alone.
    node.addEventListener("cancel", (event) => event.stopPropagation());
    root.append(node);
    node.showModal();
    return close;
}
