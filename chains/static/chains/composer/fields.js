// The fields of a block, drawn from what its kind says of them.
import { iconButton, labelled, make } from "./dom.js";
import { LineField } from "./line_field.js";
import { PictureField } from "./picture_field.js";
import { openPickList } from "./pick_list.js";
import { WordsField } from "./words_field.js";

export function makeField(composer, field, value, onchange) {
    const given = { label: field.label, help: field.help, value, onchange };
    switch (field.input) {
        case "words": return new WordsField(composer, given);
        case "line": return new LineField(composer, given);
        case "link": return new LineField(composer, { ...given, isLink: true });
        case "picture": return new PictureField(composer, given);
        case "choice": return choice(composer, field, given);
        case "survey": return survey(composer, field, given);
        case "number": return number(composer, field, given);
        case "yes_no": return yesNo(composer, given);
        case "lines": return lines(composer, given);
        case "products": return new ProductsField(composer, field, given);
        default: throw new Error(`A field of ${field.input}?`);
    }
}

const plain = (node, control, read, write) => ({
    node,
    set: (value) => document.activeElement === control && read() === value || write(value),
    focus: () => control.focus(),
    destroy() {},
});

function choice({ canChange }, field, { label, help, value, onchange }) {
    const control = make("select", { className: "composer-input", disabled: !canChange, onchange: () => onchange(control.value) },
        ...field.choices.map(([one, text]) => make("option", { value: one, textContent: text })));
    control.value = value;
    return plain(labelled(label, control, help), control, () => control.value, (given) => (control.value = given));
}

// One that is made elsewhere, by its id; 0 while none is chosen.
function survey({ canChange }, field, { label, help, value, onchange }) {
    const control = make("select", { className: "composer-input", disabled: !canChange, onchange: () => onchange(Number(control.value)) },
        make("option", { value: 0, textContent: "—" }),
        ...field.choices.map(([one, text]) => make("option", { value: one, textContent: text })));
    control.value = value;
    return plain(labelled(label, control, help), control, () => Number(control.value), (given) => (control.value = given));
}

function number({ canChange }, field, { label, help, value, onchange }) {
    const control = make("input", {
        type: "number", className: "composer-input composer-number", min: field.least, max: field.most, value, disabled: !canChange,
        oninput: () => control.value !== "" && onchange(Number(control.value)),
    });
    return plain(labelled(label, control, help), control, () => Number(control.value), (given) => (control.value = given));
}

function yesNo({ canChange }, { label, help, value, onchange }) {
    const control = make("input", { type: "checkbox", checked: value, disabled: !canChange, onchange: () => onchange(control.checked) });
    const node = make("div", { className: "composer-field" },
        make("label", { className: "composer-tick" }, control, label), help && make("p", { className: "composer-help", textContent: help }));
    return plain(node, control, () => control.checked, (given) => (control.checked = given));
}

function lines({ canChange, words }, { label, help, value, onchange }) {
    const control = make("textarea", {
        className: "composer-input", rows: Math.max(3, value.length + 1), value: value.join("\n"), readOnly: !canChange,
        oninput: () => onchange(control.value.split("\n").map((one) => one.trim()).filter(Boolean)),
    });
    const node = labelled(label, control, [help, words.one_a_line].filter(Boolean).join(" "));
    return plain(node, control, () => control.value, (given) => {
        if (document.activeElement !== control) control.value = given.join("\n");
    });
}

// Goods by their ids; their names come from the server.
class ProductsField {
    constructor(composer, field, { label, help, value, onchange }) {
        Object.assign(this, { composer, value, onchange });
        this.list = make("ul", { className: "composer-products" });
        const { words, canChange } = composer;
        const add = make("button", {
            type: "button", className: "enc-button", textContent: words.add_product,
            onclick: () => openPickList(composer, add, {
                label: words.find_product, words, offers: (typed) => composer.server.products(typed),
                onpick: ({ id, name }) => {
                    composer.productNames[id] = name;
                    if (!this.value.includes(id) && this.value.length < field.most) this.give([...this.value, id]);
                },
            }),
        });
        this.node = make("div", { className: "composer-field" }, make("span", { className: "composer-label", textContent: label }),
            this.list, canChange && add, help && make("p", { className: "composer-help", textContent: help }));
        this.add = add;
        this.draw();
    }

    give(value) {
        this.value = value;
        this.onchange(value);
        this.draw();
    }

    draw() {
        const { words, productNames, canChange } = this.composer;
        this.list.replaceChildren(...this.value.map((id) => {
            const name = productNames[id] ?? `#${id}`;
            return make("li", {}, name, canChange && iconButton("close", `${words.remove}: ${name}`, () =>
                this.give(this.value.filter((one) => one !== id))));
        }));
    }

    set(value) {
        this.value = value;
        this.draw();
    }

    focus() {
        this.add.focus();
    }

    destroy() {}
}
